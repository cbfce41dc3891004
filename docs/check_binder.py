"""Checks a clearance binder with none of its maker's code: python check_binder.py BINDER.zip ROOT.pem"""
import hashlib, json, sys, zipfile
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
def sha(data): return hashlib.sha256(data).digest()
def plain(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
binder = zipfile.ZipFile(sys.argv[1]); raw = binder.read("index.json"); index = json.loads(raw)
listed = sorted((file["name"], file["sha256"]) for file in index["files"])
own = ("index.json", "index.json.sig", "signer.pem", "proofs.json")  # the index can't list itself
held = sorted((name, sha(binder.read(name)).hex()) for name in binder.namelist() if name not in own)
held == listed or sys.exit(f"NOT GOOD, changed, missing or added: {sorted({one for one, _ in {*held} ^ {*listed}})}")
chain = x509.load_pem_x509_certificates(binder.read("signer.pem"))
chain[0].public_key().verify(binder.read("index.json.sig"), raw, ec.ECDSA(SHA256()))
chain += x509.load_pem_x509_certificates(open(sys.argv[2], "rb").read())[:1]  # the root that you trust
for certificate, issuer in zip(chain, chain[1:]): certificate.verify_directly_issued_by(issuer)
proofs = json.loads(binder.read("proofs.json")); proven = {}
head, key = proofs["head"], ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(index["ledger"]["public_key"]))
tree = b"reelproof ledger tree head v1\n" + plain({name: head[name] for name in ("size", "root_sha256")})
key.verify(bytes.fromhex(head["signature"]), tree)
for entry in proofs["entries"]:  # RFC 6962, 2.1.1: on each level the neighbour, where there is one
    leaf, path = sha(plain(entry["event"])), [bytes.fromhex(one) for one in entry["path"]]
    node, place, width = sha(b"\0" + leaf), entry["seq"], head["size"]
    while width > 1:
        if place ^ 1 < width: node = sha(b"\1" + (path.pop(0) + node if place % 2 else node + path.pop(0)))
        place, width = place // 2, (width + 1) // 2
    not path and node.hex() == head["root_sha256"] or sys.exit(f"NOT GOOD: entry {entry['seq']} is not proven")
    proven[leaf.hex()] = entry["event"].get("index_sha256")
{*index["ledger"]["leaves"]} <= {*proven} and sha(raw).hex() in proven.values() or sys.exit("NOT GOOD: a proof is missing")
print(f"GOOD: {len(listed)} files, {len(proven)} entries of the ledger; signed by {chain[0].subject.rfc4514_string()}")
