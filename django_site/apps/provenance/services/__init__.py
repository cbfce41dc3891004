"""The ledger, signing, and release."""
