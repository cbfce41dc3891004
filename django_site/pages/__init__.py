"""What every page shares: paging, how failures are said, pictures drawn on the server, and the template tags."""
