#!/usr/bin/env python3
"""Makes the log's policy from a committee file: whose signatures make a head (c2sp.org/tlog-policy).

    python3 policy.py committee.json5 > log.policy
"""
import base64, hashlib, json, sys

def vkey(name, kind, key):
    """A verifier key as C2SP writes it: name, the id that finds it, its type and bytes."""
    blob = bytes([kind]) + bytes.fromhex(key)
    identifier = hashlib.sha256(name.encode() + b"\n" + blob).hexdigest()[:8]
    return f"{name}+{identifier}+{base64.b64encode(blob).decode()}"

def policy(committee):
    origin, validators = committee["origin"], committee["validators"]
    n = len(validators)
    quorum = (n + (n - 1) // 3) // 2 + 1
    lines = [f"log {vkey(origin, 1, v['log_key'])}" for v in validators]
    lines += [f"witness {v['name']} {vkey(origin + '/' + v['name'], 4, v['cosigning_key'])}" for v in validators]
    lines += [f"group validators {quorum} {' '.join(v['name'] for v in validators)}", "quorum validators"]
    return "\n".join(lines)

if __name__ == "__main__":
    text = "".join(line for line in open(sys.argv[1]) if not line.lstrip().startswith("//"))
    print(policy(json.loads(text)))
