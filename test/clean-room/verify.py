#!/usr/bin/env python3
"""Second verifier of evidence packages: Python's standard library and the `openssl` command, nothing of the first one.

    verify.py <package.evp | folder> --trust <bundle.json> [--checkpoint <file>]... [--level L4] [--at <time>] [--wire]
    verify.py --batch <cases.json>

Prints {"verdict", "level", "reasons": [[step, code, subject, detail]...], "findings" of V11, of revocation and of certificates passed over}; exit code 0 PASSED, 1 FAILED, 2 INDETERMINATE, 3 unusable.
Follows docs/evidence.md and the published manifest schema beside the golden packages. Step V11 is in wire.py, its ciphers in ciphers.py.
"""

import base64
import datetime
import functools
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import traceback
import urllib.parse
import zlib

sys.dont_write_bytecode = True
import wire  # noqa: E402 (nothing is to be left beside the sources)

HERE = os.path.dirname(os.path.abspath(__file__))
MANIFEST_SCHEMA = os.path.join(HERE, "../../testdata/evidence/manifest.schema.json")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
HEX64 = re.compile(r"[0-9a-f]{64}")
MIB = 1024 * 1024
FULL = 0xFFFFFFFF


class Bad(Exception):
    """Something is not in its form."""


class TokenFault(Exception):
    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code, self.detail = code, detail


# ---------------------------------------------------------------- bytes and JSON


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sm3(data):
    return digest("sm3", data).hex()


def digest(name, data):
    try:
        return hashlib.new(name, data).digest()
    except ValueError:
        return openssl(["dgst", "-" + name, "-binary"], data)[1]


def base64_strict(text):
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Bad("base64") from error
    if base64.b64encode(data).decode() != text:
        raise Bad("base64 is not canonical")
    return data


def utf8(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Bad("not UTF-8") from error


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Bad("integer")
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def refuse(text):
    raise Bad("number " + text)


def check_keys(value):
    if isinstance(value, list):
        for item in value:
            check_keys(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not re.fullmatch(r"[a-z][A-Za-z0-9]*", key):
                raise Bad("key")
            check_keys(item)


def json_strict(data):
    if len(data) > 16 * MIB:
        raise Bad("too long")
    text = utf8(data)
    depth = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
            if depth > 16:
                raise Bad("too deep")
        elif char in "}]":
            depth -= 1
    try:
        value = json.loads(text, parse_float=refuse, parse_constant=refuse)
        same = canonical(value).encode("utf-8") == data
    except (ValueError, RecursionError) as error:
        raise Bad("JSON") from error
    if not same:
        raise Bad("JSON is not canonical")
    check_keys(value)
    return value


def json_lines(data):
    if data == b"":
        return []
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise Bad("last line")
    values = [json_strict(line) for line in lines]
    if not all(isinstance(value, dict) for value in values):
        raise Bad("line is no object")
    return values


def is_instant(text):
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        return False
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return False
    return True


def millis(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return int((moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(milliseconds=1))


# ---------------------------------------------------------------- openssl


def openssl(arguments, data=b""):
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False)
    return done.returncode, done.stdout


def pem(kind, der):
    lines = base64.encodebytes(der).decode()
    return f"-----BEGIN {kind}-----\n{lines}-----END {kind}-----\n".encode()


@functools.lru_cache(maxsize=4096)
def check_signature(spki, message, signature, scheme):
    """scheme: ed25519, sm2, or the name of a digest for RSA and ECDSA."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("key", "message", "signature")}
        for name, data in (("key", pem("PUBLIC KEY", spki)), ("message", message), ("signature", signature)):
            with open(paths[name], "wb") as file:
                file.write(data)
        common = ["pkeyutl", "-verify", "-pubin", "-inkey", paths["key"], "-rawin", "-in", paths["message"], "-sigfile", paths["signature"]]
        if scheme == "ed25519":
            return openssl(common)[0] == 0
        if scheme == "sm2":
            return openssl(common + ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"])[0] == 0
        return openssl(["dgst", "-" + scheme, "-verify", paths["key"], "-signature", paths["signature"], paths["message"]])[0] == 0


# ---------------------------------------------------------------- container

FIXED = {"README.txt", "MANIFEST.json", "MANIFEST.sig", "SEAL"}


def path_allowed(path):
    if path in FIXED:
        return True
    parts = path.split("/")
    return len(path) <= 200 and len(parts) <= 8 and all(re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", part) for part in parts)


def order_key(path):
    return (path == "SEAL", path.encode("utf-8", "surrogatepass"))


def path_fault(paths):
    if len(paths) > 20000:
        return ""
    seen = set()
    for i, path in enumerate(paths):
        if not path_allowed(path) or path.lower() in seen or (i and order_key(paths[i - 1]) >= order_key(path)):
            return path
        seen.add(path.lower())
    return None


def local_header(path, size, crc):
    name = path.encode()
    if size >= FULL:
        extra = struct.pack("<HHQQ", 1, 16, size, size)
        return struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0x0800, 0, 0, 0x21, crc, FULL, FULL, len(name), len(extra)) + name + extra
    return struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0x0800, 0, 0, 0x21, crc, size, size, len(name), 0) + name


def central_header(path, size, crc, offset):
    name = path.encode()
    extra = b""
    if size >= FULL:
        extra += struct.pack("<QQ", size, size)
    if offset >= FULL:
        extra += struct.pack("<Q", offset)
    version = 45 if extra else 20
    if extra:
        extra = struct.pack("<HH", 1, len(extra)) + extra
    shown, at = min(size, FULL), min(offset, FULL)
    head = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, version, version, 0x0800, 0, 0, 0x21, crc, shown, shown, len(name), len(extra), 0, 0, 0, 0, at)
    return head + name + extra


def end_records(count, size, offset):
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, min(offset, FULL), 0)
    if offset < FULL:
        return end
    end64 = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, offset)
    return end64 + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1) + end


class Container:
    """Says faults as (code, subject); `files` is empty when nothing can be said about files."""

    def __init__(self, data):
        self.data, self.files, self.crcs, self.faults = data, {}, {}, []
        try:
            self.read()
        except Stop as stop:
            self.files, self.faults = {}, [stop.args]

    def read(self):
        data = self.data
        listed, offset, size = list_entries(data)
        end = end_records(len(listed), size, offset)
        if offset + size + len(end) != len(data) or data[offset + size :] != end:
            self.faults.append(("CONTAINER_NOT_CANONICAL", "end record"))
        fault = path_fault([entry["path"] for entry in listed])
        if fault is not None:
            self.faults.append(("CONTAINER_NOT_CANONICAL", fault))
        at = 0
        for entry in listed:
            path = entry["path"]
            if entry["header"] != central_header(path, entry["size"], entry["crc"], at):
                self.faults.append(("CONTAINER_NOT_CANONICAL", path))
            if entry["method"] != 0:
                self.faults.append(("CONTAINER_NOT_CANONICAL", path))
                self.files = {}
                return
            header = local_header(path, entry["size"], entry["crc"])
            if data[at : at + len(header)] != header:
                self.faults.append(("CONTAINER_NOT_CANONICAL", path))
            start = at + len(header)
            if start + entry["size"] > len(data):
                self.faults.append(("CONTAINER_NOT_CANONICAL", path))
                self.files = {}
                return
            self.files.setdefault(path, data[start : start + entry["size"]])
            self.crcs.setdefault(path, entry["crc"])
            at = start + entry["size"]
        if at != (listed[0]["at"] if listed else 0):
            self.faults.append(("CONTAINER_NOT_CANONICAL", "central directory"))


class Stop(Exception):
    pass


def list_entries(data):
    if len(data) < 22 or data[-22:-18] != b"PK\x05\x06":
        raise Stop("CONTAINER_MALFORMED", "end record")
    count, size, offset = struct.unpack("<HII", data[-12:-2])
    limit = len(data) - 22
    if offset == FULL:
        limit -= 76
        if limit < 0 or data[limit : limit + 4] != b"PK\x06\x06":
            raise Stop("CONTAINER_MALFORMED", "end record")
        offset = struct.unpack("<Q", data[limit + 48 : limit + 56])[0]
    if count > 20000 or size > 20000 * (46 + 200 + 28):
        raise Stop("LIMIT", "central directory")
    if offset + size > limit:
        raise Stop("CONTAINER_MALFORMED", "end record")
    listed, at, end = [], offset, offset + size
    while at < end:
        if end - at < 46 or data[at : at + 4] != b"PK\x01\x02":
            raise Stop("CONTAINER_MALFORMED", "central directory")
        method, crc, packed, plain = struct.unpack("<H4xIII", data[at + 10 : at + 28])
        names, extras, comments = struct.unpack("<HHH", data[at + 28 : at + 34])
        where = struct.unpack("<I", data[at + 42 : at + 46])[0]
        length = 46 + names + extras + comments
        if at + length > end:
            raise Stop("CONTAINER_MALFORMED", "central directory")
        try:
            path = data[at + 46 : at + 46 + names].decode("utf-8")
        except UnicodeDecodeError as error:
            raise Stop("CONTAINER_MALFORMED", "central directory") from error
        extra = data[at + 46 + names : at + 46 + names + extras]
        real = packed
        if FULL in (plain, where):
            wide = (16 if plain == FULL else 0) + (8 if where == FULL else 0)
            if len(extra) != 4 + wide or extra[:2] != b"\x01\x00":
                raise Stop("CONTAINER_MALFORMED", path)
            real = struct.unpack("<Q", extra[4:12])[0] if plain == FULL else plain
            where = struct.unpack("<Q", extra[-8:])[0] if where == FULL else where
        listed.append({"path": path, "method": method, "crc": crc, "size": real, "at": at, "offset": where, "header": data[at : at + length]})
        at += length
    if len(listed) != count:
        raise Stop("CONTAINER_MALFORMED", "end record")
    return listed, offset, size


def read_folder(root):
    files, odd = {}, []
    for base, folders, names in os.walk(root):
        for name in sorted(folders + names):
            full = os.path.join(base, name)
            path = os.path.relpath(full, root).replace(os.sep, "/")
            if os.path.islink(full) or not (os.path.isfile(full) or os.path.isdir(full)):
                odd.append(path)
            elif os.path.isfile(full):
                with open(full, "rb") as file:
                    files[path] = file.read()
    return files, odd


# ---------------------------------------------------------------- signed notes

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
SM2_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
KINDS = {"ed25519": (b"\x01", 32), "sm2": (b"\xffsm2-with-sm3", 65), "cosignature": (b"\x04", 32)}


class Key:
    def __init__(self, vkey):
        self.name, key_id, encoded = vkey.split("+", 2)
        typed = base64_strict(encoded)
        self.kind = next((kind for kind, (prefix, size) in KINDS.items() if typed.startswith(prefix) and len(typed) == len(prefix) + size), None)
        if self.kind is None or not key_name(self.name):
            raise Bad("vkey")
        self.raw = typed[len(KINDS[self.kind][0]) :]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:4]
        if self.id.hex() != key_id:
            raise Bad("key id")

    def verifies(self, message, signature):
        if self.kind == "sm2":
            return sm2_form(signature) and self.raw[0] == 4 and check_signature(SM2_SPKI + self.raw, message, signature, "sm2")
        if self.kind == "cosignature":
            if len(signature) != 72:
                return False
            seconds = int.from_bytes(signature[:8], "big")
            message, signature = f"cosignature/v1\ntime {seconds}\n".encode() + message, signature[8:]
        return len(signature) == 64 and check_signature(ED25519_SPKI + self.raw, message, signature, "ed25519")


def sm2_form(signature):
    try:
        parts = children(expect(der_whole(signature), 0x30))
        return len(parts) == 2 and all(0 < int.from_bytes(der_integer(part), "big") < 2**256 and part[2][0] < 0x80 for part in parts)
    except Bad:
        return False


def key_name(name):
    return bool(name) and "+" not in name and not any(char.isspace() or ord(char) < 0x20 or ord(char) == 0x7F for char in name)


class Note:
    def __init__(self, data):
        if len(data) > 8 * MIB:
            raise Bad("note too long")
        whole = utf8(data)
        split = whole.rfind("\n\n")
        if split < 0:
            raise Bad("no blank line")
        self.text = whole[: split + 1]
        if self.text == "" or any(ord(char) < 0x20 and char != "\n" for char in self.text):
            raise Bad("text of the note")
        lines = whole[split + 2 :].split("\n")
        if lines.pop() != "" or not 1 <= len(lines) <= 100:
            raise Bad("signature lines")
        self.signatures = [self.line(line) for line in lines]

    @staticmethod
    def line(line):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not key_name(parts[1]):
            raise Bad("signature line")
        data = base64_strict(parts[2])
        if len(data) < 5:
            raise Bad("signature too short")
        return parts[1], data[:4], data[4:]

    def state(self, signature, keys):
        name, key_id, value = signature
        named = [key for key in keys if key.name == name]
        match = next((key for key in named if key.id == key_id), None)
        if match is None:
            return "otherKey" if named else "unknown"
        return "valid" if match.verifies(self.text.encode(), value) else "invalid"


# ---------------------------------------------------------------- trees and their texts


def node(name, left, right):
    return digest(name, b"\x01" + left + right)


def included(name, index, size, leaf, proof, root):
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(name, sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(name, found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(old, old_root, new, new_root, proof):
    if old > new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == hashlib.sha256(b"").digest()
    path = ([old_root] if old & (old - 1) == 0 else []) + list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for item in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node("sha256", item, first), node("sha256", item, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node("sha256", second, item)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def count(text):
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text) or int(text) > 2**53 - 1:
        raise Bad("count")
    return int(text)


def hashes(lines):
    found = [base64_strict(line) for line in lines]
    if any(len(item) != 32 for item in found):
        raise Bad("hash")
    return found


def checkpoint_of(text):
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "" or lines[0] == "":
        raise Bad("checkpoint")
    return {"origin": lines[0], "size": count(lines[1]), "root": hashes([lines[2]])[0]}


def tlog_proof(data):
    text = utf8(data)
    split = text.find("\n\n")
    lines = text[: max(split, 0)].split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) < 2 or not lines[1].startswith("index ") or len(lines) > 66:
        raise Bad("proof")
    return count(lines[1][6:]), hashes(lines[2:]), text[split + 2 :].encode()


def consistency_steps(data):
    if data == b"":
        return []
    blocks = utf8(data).split("\n--\n")
    steps = []
    for i, block in enumerate(blocks):
        text = block + "\n" if i < len(blocks) - 1 else block
        split = text.find("\n\n")
        lines = text[: max(split, 0)].split("\n")
        if not lines[0].startswith("old ") or len(lines) > 129:
            raise Bad("consistency")
        steps.append((count(lines[0][4:]), hashes(lines[1:]), text[split + 2 :].encode()))
    return steps


# ---------------------------------------------------------------- DER


def der_at(data, at):
    """(tag, whole, value) of the value at this place."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise Bad("DER")
    length, start = data[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        if not 1 <= width <= 4 or start + width > len(data):
            raise Bad("DER length")
        length = int.from_bytes(data[start : start + width], "big")
        if length < 0x80 or length < 256 ** (width - 1):
            raise Bad("DER length is not the shortest")
        start += width
    if start + length > len(data):
        raise Bad("DER ends early")
    return data[at], data[at : start + length], data[start : start + length]


def der_whole(data):
    item = der_at(data, 0)
    if len(item[1]) != len(data):
        raise Bad("bytes after the DER")
    return item


def children(item):
    found, at = [], 0
    while at < len(item[2]):
        child = der_at(item[2], at)
        found.append(child)
        at += len(child[1])
    return found


def expect(item, tag):
    if item is None or item[0] != tag:
        raise Bad("DER tag")
    return item


def sequence(item):
    return children(expect(item, 0x30))


def get(items, i):
    return items[i] if 0 <= i < len(items) else None


def der_integer(item):
    value = expect(item, 0x02)[2]
    if not value or len(value) > 1025 or (len(value) > 1 and (value[0], value[1] >> 7) in ((0, 0), (255, 1))):
        raise Bad("integer")
    return value


def small(item):
    value = der_integer(item)
    if len(value) > 4 or value[0] & 0x80:
        raise Bad("integer")
    return int.from_bytes(value, "big")


def oid(item):
    value = expect(item, 0x06)[2]
    if not value or len(value) > 64 or value[-1] & 0x80:
        raise Bad("oid")
    arcs, arc, fresh = [], 0, True
    for byte in value:
        if fresh and byte == 0x80:
            raise Bad("oid")
        arc = arc * 128 + (byte & 0x7F)
        fresh = not byte & 0x80
        if fresh:
            arcs.append(arc)
            arc = 0
    top = min(2, arcs[0] // 40)
    return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))


def bit_string(item):
    value = expect(item, 0x03)[2]
    if not value or value[0] != 0:
        raise Bad("bits")
    return value[1:]


def der_time(item):
    if item is None:
        raise Bad("time")
    text = utf8(item[2])
    if item[0] == 0x17 and re.fullmatch(r"\d{12}Z", text, re.ASCII):
        year, rest, fraction = ("20" if int(text[:2]) < 50 else "19") + text[:2], text[2:12], ""
    elif item[0] == 0x18 and (match := re.fullmatch(r"(\d{4})(\d{10})(?:\.(\d{0,9}[1-9]))?Z", text, re.ASCII)):
        year, rest, fraction = match[1], match[2], match[3] or ""
    else:
        raise Bad("time")
    month, day, hour, minute, second = re.findall("..", rest)
    instant = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{(fraction + '000')[:3]}Z"
    if not is_instant(instant):
        raise Bad("time")
    return instant


# ---------------------------------------------------------------- certificates and tokens

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.156.10197.1.401": "sm3",
}
SCHEMES = {
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.10045.4.3.2": ("ec", "sha256"),
    "1.2.840.10045.4.3.3": ("ec", "sha384"),
    "1.2.840.10045.4.3.4": ("ec", "sha512"),
    "1.2.156.10197.1.501": ("sm2", "sm3"),
}
CURVES = {"1.2.840.10045.3.1.7": "ec", "1.3.132.0.34": "ec", "1.2.156.10197.1.301": "sm2"}
PLAIN = {"1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.156.10197.1.301", "1.2.156.10197.1.301.1"}
CRITICAL = {"2.5.29.15", "2.5.29.19", "2.5.29.37", "2.5.29.32"}
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"


class Certificate:
    def __init__(self, data):
        outer = sequence(der_whole(data))
        fields = sequence(get(outer, 0))
        version = 0
        if fields and fields[0][0] == 0xA0:
            version = small(get(children(fields.pop(0)), 0))
        if len(outer) != 3 or len(fields) < 6 or fields[1][1] != outer[1][1]:
            raise Bad("certificate")
        self.der, self.tbs = data, outer[0][1]
        self.serial, self.issuer, self.subject = der_integer(fields[0]), expect(fields[2], 0x30)[1], expect(fields[4], 0x30)[1]
        self.start, self.end = (der_time(get(sequence(fields[3]), i)) for i in (0, 1))
        self.algorithm, self.signature = oid(get(sequence(outer[1]), 0)), bit_string(outer[2])
        self.read_key(expect(fields[5], 0x30))
        self.ca, self.signs, self.lists, self.urls, self.usage = False, True, True, [], None
        block = next((field for field in fields[6:] if field[0] == 0xA3), None) if version == 2 else None
        self.read_extensions(sequence(get(children(block), 0)) if block else [])

    def read_key(self, spki):
        algorithm, key = sequence(spki)[:2]
        parts, self.spki, self.bits = sequence(algorithm), spki[1], 256
        if oid(parts[0]) == "1.2.840.113549.1.1.1":
            self.kind = "rsa"
            self.bits = int.from_bytes(der_integer(get(sequence(der_whole(bit_string(key))), 0)), "big").bit_length()
        elif oid(parts[0]) == "1.2.840.10045.2.1" and oid(get(parts, 1)) in CURVES:
            self.kind = CURVES[oid(parts[1])]
        else:
            raise Bad("key")

    def read_extensions(self, extensions):
        seen, self.depth = set(), None
        for extension in extensions:
            parts = sequence(extension)
            name, critical = oid(get(parts, 0)), len(parts) == 3 and expect(parts[1], 0x01)[2] == b"\xff"
            value = der_whole(expect(parts[-1], 0x04)[2])
            if name in seen or (critical and name not in CRITICAL):
                raise Bad("extension")
            seen.add(name)
            if name == "2.5.29.19":
                first = get(sequence(value), 0)
                self.ca = first is not None and first[0] == 0x01 and first[2] == b"\xff"
                depth = get(sequence(value), 1) if self.ca else None
                self.depth = None if depth is None else int.from_bytes(expect(depth, 0x02)[2], "big")
            elif name == "2.5.29.15":
                flags = expect(value, 0x03)[2]
                self.signs, self.lists = (len(flags) > 1 and bool(flags[1] & bit) for bit in (0x04, 0x02))
            elif name == "2.5.29.31":
                self.urls = self.read_urls(value)
            elif name == "2.5.29.37":
                self.usage = (critical, [oid(item) for item in sequence(value)])

    def read_urls(self, points):
        found = []
        try:
            for point in sequence(points):
                name = next((part for part in sequence(point) if part[0] == 0xA0), None)
                found += urls_of(only(name)) if name else []
        except Bad:
            return []
        return found

    def checks(self, algorithm, message, signature):
        kind, name = SCHEMES.get(algorithm, (None, None))
        if kind == "rsa" and self.bits < 2048:
            return False
        return kind == self.kind and check_signature(self.spki, message, signature, "sm2" if kind == "sm2" else name)

    def issued(self, other):
        return other.issuer == self.subject and self.ca and self.signs and self.checks(other.algorithm, other.tbs, other.signature)


def only(item):
    """The one value inside of an explicit tag."""
    found = children(item)
    if len(found) != 1:
        raise Bad("explicit DER tag")
    return found[0]


def urls_of(name):
    """http and https addresses of a fullName of a distribution point."""
    if name[0] != 0xA0:
        return []
    found = [utf8(part[2]) for part in children(name) if part[0] == 0x86]
    return [url for url in found if re.match("https?:", url, re.IGNORECASE)]


class RevocationList:
    def __init__(self, data):
        tbs, algorithm, signature = sequence(der_whole(data))[:3]
        fields = sequence(tbs)
        if fields[0][0] == 0x02:
            fields.pop(0)
        self.issuer, self.this, self.next = expect(fields[1], 0x30)[1], der_time(fields[2]), None
        rest = fields[3:]
        if rest and rest[0][0] in (0x17, 0x18):
            self.next = der_time(rest.pop(0))
        lines = children(rest.pop(0)) if rest and rest[0][0] == 0x30 else []
        self.gone = {}
        for line in lines:
            serial, at = sequence(line)[:2]
            self.gone[der_integer(serial)] = der_time(at)
        self.tbs, self.algorithm, self.signature = tbs[1], oid(get(sequence(algorithm), 0)), bit_string(signature)
        self.read, self.urls, self.only_ca = True, None, None
        block = next((field for field in rest if field[0] == 0xA0), None)
        for extension in sequence(only(block)) if block else []:
            parts = sequence(extension)
            if oid(get(parts, 0)) != "2.5.29.28":
                if len(parts) == 3 and expect(parts[1], 0x01)[2] == b"\xff":
                    self.read = False  # of changes only, or something that we do not know
                continue
            for part in sequence(der_whole(expect(parts[-1], 0x04)[2])):
                if part[0] == 0xA0:
                    self.urls = urls_of(only(part))
                elif part[0] in (0x81, 0x82):
                    if part[2] == b"\xff":
                        self.only_ca = part[0] == 0x82
                else:
                    self.read = False  # of some reasons, or of other issuers

    def of(self, issuer):
        return self.read and issuer.lists and self.issuer == issuer.subject and issuer.checks(self.algorithm, self.tbs, self.signature)

    def says(self, certificate, moment):
        if certificate.serial in self.gone:
            return True
        if self.only_ca is not None and self.only_ca != certificate.ca:
            return False
        if self.urls is not None and not set(self.urls) & set(certificate.urls):
            return False
        return (self.next or self.this) >= moment and self.this <= certificate.end


OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2"
NAMING = {**DIGESTS, "1.3.14.3.2.26": "sha1"}


def only_time(item):
    return der_time(expect(item, 0x18))


def enumerated(item):
    value = expect(item, 0x0A)[2]
    if len(value) != 1:
        raise Bad("enumerated")
    return value[0]


def no_critical(item):
    """Extensions of an answer or of a line of it: none that is critical, but for the nonce."""
    seen = set()
    for extension in sequence(only(expect(item, 0xA1))):
        parts = sequence(extension)
        name, critical = oid(get(parts, 0)), len(parts) == 3 and expect(parts[1], 0x01)[2] == b"\xff"
        expect(parts[-1], 0x04)
        if name in seen or (critical and name != OCSP_NONCE):
            raise Bad("extension")
        seen.add(name)


def key_bits(certificate):
    return bit_string(get(sequence(der_whole(certificate.spki)), 1))


class OcspAnswer:
    """An answer of RFC 6960; whoever is asked about a certificate looks at its signature last."""

    def __init__(self, data):
        outer = sequence(der_whole(data))
        if enumerated(get(outer, 0)) != 0 or len(outer) != 2:
            raise Bad("no answer")
        kind, inner = (get(sequence(only(expect(outer[1], 0xA0))), i) for i in (0, 1))
        if oid(kind) != "1.3.6.1.5.5.7.48.1.1":
            raise Bad("no basic answer")
        parts = sequence(der_whole(expect(inner, 0x04)[2]))
        if not 3 <= len(parts) <= 4:
            raise Bad("basic answer")
        self.shown = [item[1] for item in sequence(only(expect(parts[3], 0xA0)))] if len(parts) == 4 else []
        if len(self.shown) > 8:
            raise Bad("certificates")
        self.tbs, self.algorithm, self.signature = parts[0][1], oid(get(sequence(parts[1]), 0)), bit_string(parts[2])
        fields = sequence(parts[0])
        if fields and fields[0][0] == 0xA0 and small(only(fields.pop(0))) != 0:
            raise Bad("version")
        if not 3 <= len(fields) <= 4 or fields[0][0] not in (0xA1, 0xA2):
            raise Bad("fields")
        self.responder, self.made = only(fields[0]), only_time(fields[1])
        self.lines = [self.line(item) for item in sequence(fields[2])]
        if len(fields) == 4:
            no_critical(fields[3])

    @staticmethod
    def line(item):
        parts = sequence(item)
        named = sequence(get(parts, 0))
        if len(parts) < 3 or len(named) != 4:
            raise Bad("line")
        identity = (oid(get(sequence(named[0]), 0)), expect(named[1], 0x04)[2], expect(named[2], 0x04)[2], der_integer(named[3]))
        status, gone = parts[1], None
        if status[0] == 0xA1:
            said = children(status)
            if not 1 <= len(said) <= 2:
                raise Bad("revocation")
            gone = only_time(said[0])
            if len(said) == 2:
                enumerated(only(expect(said[1], 0xA0)))
        elif status[0] not in (0x80, 0x82) or status[2]:
            raise Bad("status")
        this, rest, until = only_time(parts[2]), parts[3:], None
        if rest and rest[0][0] == 0xA0:
            until = only_time(only(rest.pop(0)))
        if rest:
            no_critical(rest.pop(0))
        if rest:
            raise Bad("line")
        return {"id": identity, "good": status[0] == 0x80, "gone": gone, "this": this, "until": until or this}

    def says(self, certificate, issuer, moment):
        """What it says, whoever signed it: "revoked", "good" or "unknown"."""
        found = "unknown"
        for line in self.lines:
            name, name_hash, key_hash, serial = line["id"]
            if serial != certificate.serial or name not in NAMING:
                continue
            if name_hash != digest(NAMING[name], issuer.subject) or key_hash != digest(NAMING[name], key_bits(issuer)):
                continue
            if line["gone"] is not None:
                if line["gone"] <= moment:
                    return "revoked"
                found = "good"
            elif line["good"] and line["this"] <= min(self.made, certificate.end) and line["until"] >= moment:
                found = "good"
        return found

    def names(self, certificate):
        if self.responder[0] == 0x04:
            return self.responder[2] == hashlib.sha1(key_bits(certificate)).digest()
        return self.responder[1] == certificate.subject

    def of(self, issuer, listed):
        """By the issuer, or by a responder that it made one and took not back before."""
        if self.names(issuer) and issuer.checks(self.algorithm, self.tbs, self.signature):
            return True
        for data in self.shown:
            try:
                responder = Certificate(data)
            except (Bad, IndexError, ValueError):
                continue
            if not self.names(responder) or responder.usage is None or OCSP_SIGNING not in responder.usage[1]:
                continue
            if not responder.start <= self.made <= responder.end or not responder.checks(self.algorithm, self.tbs, self.signature):
                continue
            if issuer.issued(responder) and not any(one.gone.get(responder.serial, "9") <= self.made and one.of(issuer) for one in listed):
                return True
        return False


def material_of(held):
    """Revocation lists and OCSP answers among what a package shows; what is neither is passed over."""
    lists, answers = [], []
    for data in held:
        for kind, found in ((RevocationList, lists), (OcspAnswer, answers)):
            try:
                found.append(kind(data))
                break
            except (Bad, IndexError, ValueError):
                continue
    return lists, answers


def standing(certificate, issuer, moment, lists, answers):
    """"revoked" at that moment or before by one of them, "good" by one that says something of that moment, or "unknown"."""
    found = "unknown"
    for listed in lists:
        if not listed.of(issuer):
            continue
        if listed.gone.get(certificate.serial, "9") <= moment:
            return "revoked"
        if listed.says(certificate, moment):
            found = "good"
    for answer in answers:
        said = answer.says(certificate, issuer, moment)
        if said != "unknown" and answer.of(issuer, lists):
            if said == "revoked":
                return said
            found = said
    return found


def parse_token(data):
    if len(data) > 256 * 1024:
        raise Bad("too long")
    outer = sequence(der_whole(data))
    if der_integer(get(sequence(get(outer, 0)), 0)) not in (b"\0", b"\1"):
        raise TokenFault("TST_STATUS")
    if len(outer) != 2:
        raise Bad("response")
    parts = sequence(outer[1])
    if len(parts) != 2 or oid(parts[0]) != "1.2.840.113549.1.7.2":
        raise Bad("SignedData")
    signed = sequence(get(children(expect(parts[1], 0xA0)), 0))
    if len(signed) < 4 or small(signed[0]) != 3:
        raise Bad("SignedData")
    for algorithm in children(expect(signed[1], 0x31)):
        oid(get(sequence(algorithm), 0))
    content = sequence(signed[2])
    if len(content) != 2 or oid(content[0]) != "1.2.840.113549.1.9.16.1.4":
        raise Bad("TSTInfo")
    info = expect(get(children(expect(content[1], 0xA0)), 0), 0x04)[2]
    certificates = [item[1] for part in signed[3:] if part[0] == 0xA0 for item in children(part)]
    signers = children(expect(signed[-1], 0x31))
    if len(signers) != 1 or len(signed) > 6:
        raise Bad("signers")
    return {**parse_info(info), "content": info, "certificates": certificates, **parse_signer(signers[0])}


def parse_info(info):
    fields = sequence(der_whole(info))
    if len(fields) < 5 or small(fields[0]) != 1:
        raise Bad("TSTInfo")
    imprint = sequence(fields[2])
    accuracy = next((field for field in fields[5:] if field[0] == 0x30), None)
    span = 0
    for part in children(accuracy) if accuracy else []:
        number = small((0x02, part[1], part[2]))
        span += {0x02: number * 1000, 0x80: number, 0x81: -(-number // 1000)}.get(part[0], 0)
    der_integer(fields[3])
    return {
        "policy": oid(fields[1]),
        "algorithm": DIGESTS.get(oid(get(sequence(get(imprint, 0)), 0))),
        "imprint": expect(get(imprint, 1), 0x04)[2],
        "time": der_time(expect(fields[4], 0x18)),
        "accuracy": span,
    }


def attributes(item):
    found = {}
    for attribute in children(item):
        parts = sequence(attribute)
        name = oid(get(parts, 0))
        if name in found:
            raise Bad("attribute twice")
        found[name] = children(expect(get(parts, 1), 0x31))
    return found


def parse_signer(item):
    parts = sequence(item)
    if not 6 <= len(parts) <= 7 or small(parts[0]) not in (1, 3):
        raise Bad("signer")
    block = expect(parts[3], 0xA0)
    return {
        "identifier": parts[1],
        "digest": DIGESTS.get(oid(get(sequence(parts[2]), 0))),
        "attributes": attributes(block),
        "signed": b"\x31" + block[1][1:],
        "signature_algorithm": oid(get(sequence(parts[4]), 0)),
        "signature": expect(parts[5], 0x04)[2],
        "unsigned": list(attributes(expect(parts[6], 0xA1))) if len(parts) == 7 else [],
    }


def verify_token(data, stamped, authorities, material):
    try:
        token = parse_token(data)
    except Bad as error:
        raise TokenFault("TST_FORMAT") from error
    if token["algorithm"] is None:
        raise TokenFault("TST_ALG")
    if digest(token["algorithm"], stamped) != token["imprint"]:
        raise TokenFault("TST_IMPRINT")
    signer = token_signer(token)
    if any(name != "1.2.840.113549.1.9.16.2.14" for name in token["unsigned"]):
        raise TokenFault("TST_FORMAT")
    if token["digest"] is None:
        raise TokenFault("TST_ALG")
    kind = token["attributes"].get("1.2.840.113549.1.9.3", [])
    value = token["attributes"].get("1.2.840.113549.1.9.4", [])
    if len(kind) != 1 or kind[0][0] != 0x06 or oid(kind[0]) != "1.2.840.113549.1.9.16.1.4":
        raise TokenFault("TST_SIGNATURE")
    if len(value) != 1 or value[0][0] != 0x04 or value[0][2] != digest(token["digest"], token["content"]):
        raise TokenFault("TST_SIGNATURE")
    if signer.kind == "rsa" and signer.bits < 3072:
        raise TokenFault("TST_ALG")
    named = token["signature_algorithm"]
    if named in PLAIN:
        named = next((name for name, scheme in SCHEMES.items() if scheme == (signer.kind, token["digest"])), None)
    if SCHEMES.get(named) != (signer.kind, token["digest"]):
        raise TokenFault("TST_ALG")
    if not signer.checks(named, token["signed"], token["signature"]):
        raise TokenFault("TST_SIGNATURE")
    if signer.usage != (True, [TIME_STAMPING]):
        raise TokenFault("TST_EKU")
    authority, unlooked = token_chain(signer, token, authorities, material)
    if token["algorithm"] not in authority["algorithms"]:
        raise TokenFault("TST_ALG")
    if authority["policies"] and token["policy"] not in authority["policies"]:
        raise TokenFault("TST_UNTRUSTED")
    return {"time": token["time"], "accuracy": token["accuracy"], "algorithm": token["algorithm"], "internal": authority["internal"], "end": signer.end, "unlooked": unlooked}


def token_signer(token):
    values = token["attributes"].get("1.2.840.113549.1.9.16.2.47", [])
    if len(values) != 1:
        raise TokenFault("TST_ESS")
    try:
        parts = sequence(get(sequence(get(sequence(values[0]), 0)), 0))
        name = "sha256"
        if parts and parts[0][0] == 0x30:
            name = DIGESTS[oid(get(sequence(parts.pop(0)), 0))]
        wanted = expect(get(parts, 0), 0x04)[2]
    except (Bad, KeyError) as error:
        raise TokenFault("TST_ESS") from error
    data = next((item for item in token["certificates"] if digest(name, item) == wanted), None)
    if data is None:
        raise TokenFault("TST_ESS")
    try:
        certificate = Certificate(data)
    except (Bad, IndexError, ValueError) as error:
        raise TokenFault("TST_CHAIN") from error
    identifier = token["identifier"]
    if identifier[0] == 0x30:
        parts = children(identifier)
        if len(parts) < 2 or parts[0][1] != certificate.issuer or parts[1][2] != certificate.serial:
            raise TokenFault("TST_ESS")
    elif identifier[0] != 0x80:
        raise TokenFault("TST_FORMAT")
    return certificate


def token_chain(signer, token, authorities, material):
    roots = [(entry, Certificate(base64_strict(entry["root"]))) for entry in authorities]
    others = []
    for data in token["certificates"] + material:
        try:
            others.append(Certificate(data))
        except (Bad, IndexError, ValueError):
            continue
    candidates = [root for _, root in roots] + others
    lists, answers = material_of(material)

    def climb(current, path, unlooked):
        if not current.start <= token["time"] <= current.end:
            raise TokenFault("TST_CHAIN")
        for entry, root in roots:
            if root.der == current.der:
                return entry, unlooked
        named = [item for item in candidates if item.subject == current.issuer and item not in path and item.der != current.der]
        if not named or len(path) >= 6:
            raise TokenFault("TST_UNTRUSTED")
        fault = TokenFault("TST_CHAIN")
        for issuer in named:
            if not issuer.issued(current) or (issuer.depth is not None and len(path) > issuer.depth):
                continue
            try:
                stands = standing(current, issuer, token["time"], lists, answers)
                if stands == "revoked":
                    raise TokenFault("TST_CHAIN")
                return climb(issuer, [*path, issuer], unlooked if stands == "good" else [*unlooked, current.serial.hex()])
            except TokenFault as found:
                fault = found
        raise fault

    return climb(signer, [], [])


# ---------------------------------------------------------------- manifest and seal


def misfit(value, schema):
    """True when the value does not fit the (small) JSON Schema."""
    if "anyOf" in schema:
        return all(misfit(value, option) for option in schema["anyOf"])
    if "const" in schema:
        return value != schema["const"] or isinstance(value, bool)
    kind = schema.get("type")
    if kind == "string":
        if not isinstance(value, str) or ("enum" in schema and value not in schema["enum"]):
            return True
        return len(value) < schema.get("minLength", 0) or ("pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z").replace(r"\d", "[0-9]"), value))
    if kind == "integer":
        return isinstance(value, bool) or not isinstance(value, int) or not schema.get("minimum", value) <= value <= schema.get("maximum", value)
    if kind == "boolean":
        return not isinstance(value, bool)
    if kind == "null":
        return value is not None
    if kind == "array":
        return not isinstance(value, list) or len(value) < schema.get("minItems", 0) or any(misfit(item, schema["items"]) for item in value)
    if not isinstance(value, dict) or any(key not in value for key in schema.get("required", [])):
        return True
    return any(key not in schema["properties"] or misfit(item, schema["properties"][key]) for key, item in value.items())


@functools.cache
def manifest_schema():
    with open(MANIFEST_SCHEMA, encoding="utf-8") as file:
        return json.load(file)


def manifest_fits(manifest):
    if misfit(manifest, manifest_schema()):
        return False
    makers = manifest["makers"]
    if manifest["case"]["ref"] is None and manifest["case"]["clue"] is None:
        return False
    if sum(maker["role"] == "officer" for maker in makers) < 2 or len({maker["account"] for maker in makers}) < len(makers):
        return False
    times = [manifest["request"]["requestedAt"], manifest["time"]["startedAt"], manifest["time"]["finishedAt"], manifest["time"]["clock"]["checkedAt"]]
    tls = (manifest["navigation"] or {}).get("tls")
    times += [tls["validFrom"], tls["validTo"]] if tls else []
    if not all(map(is_instant, times)):
        return False
    if manifest["kind"] == "web_capture" and (manifest["environment"] is None or manifest["tool"]["browser"] is None):
        return False
    paths = [item["path"] for item in manifest["files"]]
    if not all(map(path_allowed, paths)) or any(a >= b for a, b in zip(paths, paths[1:])):
        return False
    before = manifest["notBefore"]
    return before is None or (before["checkpoint"] in paths and (before["preToken"] is None or before["preToken"] in paths))


FILE_LINE = re.compile(r"(0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([0-9a-f]{64}) (\S+)")


def parse_seal(text):
    lines = text.split("\n")
    if lines.pop() != "" or len(lines) < 6 or lines[0] != "evidence-seal/1":
        raise Bad("SEAL")
    head = re.fullmatch(r"(ev_[0-9A-HJKMNP-TV-Z]{26}) export (0|[1-9][0-9]{0,8}) at (\S+)", lines[1])
    manifest = re.fullmatch(r"manifest ([0-9a-f]{64})", lines[2])
    custody = re.fullmatch(r"custody (0|[1-9][0-9]{0,8}) ([0-9a-f]{64})", lines[3])
    total = re.fullmatch(r"files (0|[1-9][0-9]*) (0|[1-9][0-9]*)", lines[5])
    if not (head and manifest and custody and total and lines[4].startswith("signers ")) or not is_instant(head[3]):
        raise Bad("SEAL")
    files, withheld = [], []
    for line in lines[6:]:
        absent = line.startswith("withheld ")
        match = FILE_LINE.fullmatch(line[9:] if absent else line)
        if not match or not path_allowed(match[4]) or (withheld and not absent):
            raise Bad("line of SEAL")
        (withheld if absent else files).append({"size": int(match[1]), "sha256": match[2], "sm3": match[3], "path": match[4]})
    paths = [item["path"] for item in files + withheld]
    ordered = all([item["path"] for item in part] == sorted([item["path"] for item in part], key=order_key) for part in (files, withheld))
    if len(set(paths)) != len(paths) or "SEAL" in paths or not ordered:
        raise Bad("SEAL")
    if int(total[1]) != len(files) or int(total[2]) != sum(item["size"] for item in files):
        raise Bad("SEAL")
    signers = named_signers(lines[4][8:])
    return {"id": head[1], "at": head[3], "manifest": manifest[1], "events": int(custody[1]), "last": custody[2], "signers": signers, "files": files, "withheld": withheld}


def named_signers(text):
    names = text.split(" ")
    if not all(map(key_name, names)) or len(set(names)) != len(names):
        raise Bad("signers")
    return names


# ---------------------------------------------------------------- verification

LEVELS = {1: ["V0", "V1", "V2"], 2: ["V3"], 3: ["V4", "V8"], 4: ["V5", "V6"], 5: ["V7"]}
MANDATORY = {"E01", "E02", "E04", "E05", "E06", "E09", "E10", "E12", "E15", "E16"}
ENTRY_TYPES = set(
    "job.requested job.started job.failed evidence.fixed evidence.stamped evidence.confirmed evidence.refused evidence.sealed evidence.viewed "
    "evidence.verified evidence.exported evidence.copied evidence.transferred evidence.disposed evidence.withdrawn evidence.renewed "
    "evidence.rehashed evidence.incident attestation.added key.added key.revoked clock.checked ledger.opened ledger.closed".split()
)


def entry_fits(entry):
    if not isinstance(entry, dict) or set(entry) != {"at", "body", "prev", "seq", "subject", "type", "v"}:
        return False
    body = entry["body"]
    if not isinstance(body, dict) or set(body) != {"sha256", "sm3"} or not all(isinstance(item, str) and HEX64.fullmatch(item) for item in body.values()):
        return False
    if not isinstance(entry["prev"], str) or not re.fullmatch(r"([0-9a-f]{64})?", entry["prev"]) or not is_instant(entry["at"]):
        return False
    if isinstance(entry["seq"], bool) or not isinstance(entry["seq"], int) or entry["seq"] < 0 or (entry["seq"] == 0) != (entry["prev"] == ""):
        return False
    if not isinstance(entry["subject"], str) or entry["subject"] == "" or not isinstance(entry["type"], str) or entry["type"] not in ENTRY_TYPES or entry["v"] is True or entry["v"] != 1:
        return False
    return len(canonical(entry).encode()) <= 1024


class Verification:
    def __init__(self, bundle, at, level, checkpoints, asked_wire=False):
        self.bundle, self.at, self.level, self.checkpoints, self.wire = bundle, at, level, checkpoints, asked_wire
        self.files, self.reasons, self.findings, self.done = {}, [], [], set()
        self.payloads = {}
        self.seal = self.manifest = None
        self.tokens, self.custody, self.heads, self.twins, self.renewed = {}, [], [], [], None

    def say(self, step, code, subject, detail="", effect="failed"):
        reason = (step, code, subject, detail, effect)
        if code == "FILE_MISSING" and any(said[1:3] == (code, subject) for said in self.reasons):
            return  # a file is missed once
        if reason not in self.reasons:
            self.reasons.append(reason)

    def run(self, data, folder):
        self.v0(data, folder)
        if self.files or not self.reasons:  # an empty package lacks its SEAL; of one that can not be read nothing is known
            self.v1()
            self.v2()
        self.open_custody()
        self.open_tokens()
        self.v3()
        self.v4()
        self.v5()
        self.v6()
        self.v7()
        self.v8()
        self.v9()
        self.v10()
        if self.wire:
            self.v11()
        return self.result()

    def result(self):
        ordered = sorted(self.reasons, key=lambda reason: int(reason[0][1:]))
        level_of = {step: level for level, steps in LEVELS.items() for step in steps} | {"V10": 6}
        beyond = [reason for reason in ordered if reason[4] == "indeterminate" and level_of.get(reason[0], 1) > self.level]
        blocking = [reason for reason in ordered if reason not in beyond]
        level = 0
        for candidate in range(1, 6):
            if any(step not in self.done or any(reason[0] == step for reason in ordered) for step in LEVELS[candidate]):
                break
            level = candidate
        if any(reason[4] == "failed" for reason in ordered):
            verdict = "FAILED"
        else:
            verdict = "INDETERMINATE" if blocking or level < self.level else "PASSED"
        return {"verdict": verdict, "level": level, "reasons": [list(reason[:4]) for reason in blocking], "findings": [list(finding) for finding in self.findings]}

    def v0(self, data, folder):
        self.done.add("V0")
        if folder is not None:
            files, odd = folder
            for path in odd:
                self.say("V0", "CONTAINER_MALFORMED", path)
            fault = path_fault(sorted(files, key=order_key))
            if fault is not None:
                self.say("V0", "CONTAINER_MALFORMED" if fault else "LIMIT", fault)
            self.files = {} if fault == "" else files
            return
        container = Container(data)
        for code, subject in container.faults:
            self.say("V0", code, subject)
        for path in sorted(container.files, key=order_key):
            content = container.files[path]
            self.files[path] = content
            if zlib.crc32(content) != container.crcs[path]:
                self.say("V0", "CONTAINER_NOT_CANONICAL", path, "crc")

    # -- signatures

    def signers(self, note, named, step, subject, bad, unknown, role, at, dated):
        if [signature[0] for signature in note.signatures] != named:
            return self.say(step, bad, subject, "lines")
        keys = [Key(signer["vkey"]) for signer in self.bundle["signers"]]
        for i, signature in enumerate(note.signatures):
            state = note.state(signature, keys)
            if state == "unknown":
                self.say(step, unknown, signature[0], subject, "indeterminate")
            elif state != "valid":
                self.say(step, bad, subject, signature[0])
            else:
                self.key_allowed(signature[0], signature[1], [role] if i == 0 else [role, "agency"], step, subject, at, dated)

    def key_allowed(self, name, key_id, roles, step, subject, at, dated):
        same = [key for key in self.bundle["signers"] if key["name"] == name and Key(key["vkey"]).id == key_id]
        fit = [key for key in same if set(key["roles"]) & set(roles)]
        if not fit:
            return self.say(step, "KEY_ROLE", name, subject)
        if at is None:
            return
        current = next((key for key in fit if key["from"] <= at <= key["to"]), None)
        if current is None:
            return self.say(step, "KEY_PERIOD", name, subject)
        end = current["revoked"]
        if end and not (dated is not None and dated < end["invalidFrom"]):
            self.say(step, "KEY_REVOKED", name, subject)

    def v1(self):
        self.done.add("V1")
        if "SEAL" not in self.files:
            return self.say("V1", "FILE_MISSING", "SEAL")
        try:
            note = Note(self.files["SEAL"])
            seal = parse_seal(note.text)
        except Bad as error:
            return self.say("V1", "SEAL_FORMAT", "SEAL", str(error))
        self.seal = seal
        self.signers(note, seal["signers"], "V1", "SEAL", "SEAL_SIGNATURE", "SEAL_KEY_UNKNOWN", "seal", seal["at"], None)
        for line in seal["files"]:
            content = self.files.get(line["path"])
            if content is None:
                self.say("V1", "FILE_MISSING", line["path"])
            elif len(content) != line["size"]:
                self.say("V1", "FILE_SIZE", line["path"])
            else:
                if sha256(content) != line["sha256"]:
                    self.say("V1", "FILE_DIGEST", line["path"], "sha256")
                if sm3(content) != line["sm3"]:
                    self.say("V1", "FILE_DIGEST", line["path"], "sm3")
        said = {line["path"] for line in seal["files"]}
        for path in self.files:
            if path != "SEAL" and path not in said:
                self.say("V1", "FILE_EXTRA", path)
        if "MANIFEST.json" in self.files and sha256(self.files["MANIFEST.json"]) != seal["manifest"]:
            self.say("V1", "FILE_DIGEST", "MANIFEST.json", "manifest line")

    def v2(self):
        self.done.add("V2")
        if "MANIFEST.json" not in self.files:
            return self.say("V2", "FILE_MISSING", "MANIFEST.json")
        try:
            manifest = json_strict(self.files["MANIFEST.json"])
        except Bad as error:
            return self.say("V2", "MANIFEST_NOT_CANONICAL", "MANIFEST.json", str(error))
        if not isinstance(manifest, dict) or not manifest_fits(manifest):
            return self.say("V2", "MANIFEST_SCHEMA", "MANIFEST.json")
        self.manifest = manifest
        if self.seal and self.seal["id"] != manifest["id"]:
            self.say("V2", "MANIFEST_SET", "/id")
        listed = {item["path"]: item for item in manifest["files"]}
        withheld = {item["path"]: item for item in (self.seal or {"withheld": []})["withheld"]}
        for path in self.files:
            if re.match(r"(content|record|wire)/", path) and path not in listed:
                self.say("V2", "MANIFEST_SET", path)
        for path, line in withheld.items():
            item = listed.get(path)
            if path in self.files or item is None or any(item[key] != line[key] for key in ("size", "sha256", "sm3")):
                self.say("V2", "MANIFEST_SET", path)
        for path, item in listed.items():
            content = self.files.get(path)
            if content is None:
                if path not in withheld:
                    self.say("V2", "MANIFEST_SET", path)
            elif (len(content), sha256(content), sm3(content)) != (item["size"], item["sha256"], item["sm3"]):
                self.say("V2", "MANIFEST_SET", path)
        for code in ((manifest["navigation"] or {}).get("tls") or {}).get("errors", []):
            self.find("TLS_ERROR", "/navigation/tls", code)

    def v3(self):
        manifest = self.files.get("MANIFEST.json")
        if manifest is None:
            return
        self.done.add("V3")
        if "MANIFEST.sig" not in self.files:
            return self.say("V3", "FILE_MISSING", "MANIFEST.sig")
        try:
            note = Note(self.files["MANIFEST.sig"])
            form = r"evidence-manifest-sig/1\n(ev_[0-9A-HJKMNP-TV-Z]{26})\nsize (0|[1-9][0-9]*)\nsha256 ([0-9a-f]{64})\nsm3 ([0-9a-f]{64})\nsigners (.+)\n"
            match = re.fullmatch(form, note.text)
            if not match:
                raise Bad("text")
            named = named_signers(match[5])
        except Bad as error:
            return self.say("V3", "MANIFEST_SIGNATURE", "MANIFEST.sig", str(error))
        if (match[2], match[3], match[4]) != (str(len(manifest)), sha256(manifest), sm3(manifest)):
            self.say("V3", "MANIFEST_SIGNATURE", "MANIFEST.sig", "other manifest")
        if self.manifest and match[1] != self.manifest["id"]:
            self.say("V3", "MANIFEST_SIGNATURE", "MANIFEST.sig", "other package")
        role = "worker" if self.manifest is None or self.manifest["kind"] == "web_capture" else "import"
        at = self.manifest["time"]["finishedAt"] if self.manifest else None
        outside = sorted(token["time"] for token in self.tokens.values() if not token["internal"])
        self.signers(note, named, "V3", "MANIFEST.sig", "MANIFEST_SIGNATURE", "MANIFEST_KEY_UNKNOWN", role, at, outside[0] if outside else None)

    # -- time stamps

    def token_paths(self):
        return sorted(path for path in self.files if re.fullmatch(r"proofs/manifest\.[a-z0-9]+\.tsr", path))

    def token(self, step, path, stamped):
        held = sorted(name for name in self.files if name.startswith("trust/"))[:64]
        material = [self.files[name] for name in held if len(self.files[name]) <= 256 * 1024]
        try:
            token = verify_token(self.files[path], stamped, self.bundle["tsa"], material)
            finding = ("REVOCATION_UNKNOWN", path, " ".join(token["unlooked"]))
            if token["unlooked"] and not token["internal"] and finding not in self.findings:
                self.findings.append(finding)
            return token
        except TokenFault as fault:
            self.say(step, fault.code, path, fault.detail, "indeterminate" if fault.code == "TST_UNTRUSTED" else "failed")
        except (Bad, IndexError, ValueError):
            self.say(step, "TST_FORMAT", path)
        return None

    def open_tokens(self):
        stamped = self.files.get("MANIFEST.sig")
        if stamped is not None and len(self.token_paths()) > 32:
            return self.say("V4", "TST_FORMAT", "MANIFEST.sig", "more than 32 tokens")
        for path in self.token_paths() if stamped is not None else []:
            token = self.token("V4", path, stamped)
            if token:
                self.tokens[path] = token

    def skew(self, token):
        clock = self.manifest["time"]["clock"] if self.manifest else {}
        return token["accuracy"] + (clock.get("uncertaintyMs") or 0) + 1000

    def v4(self):
        if "MANIFEST.sig" not in self.files:
            return
        self.done.add("V4")
        if self.manifest:
            finished, started = (self.manifest["time"][name] for name in ("finishedAt", "startedAt"))
            for path, token in self.tokens.items():
                if millis(finished) > millis(token["time"]) + self.skew(token):
                    self.say("V4", "TIME_ORDER", path)
            before, pre = self.manifest["notBefore"], "record/before/pre.tsr"
            if before and before["preToken"] and pre in self.files and "record/request.json" in self.files:
                token = self.token("V4", pre, self.files["record/request.json"])
                if token and millis(token["time"]) > millis(started) + self.skew(token):
                    self.say("V4", "TIME_ORDER", pre)
        outside = sum(not token["internal"] for token in self.tokens.values())
        if outside >= max(1, self.bundle["policy"]["tokens"]):
            return
        if len(self.tokens) > outside:
            self.say("V4", "TST_INTERNAL", "MANIFEST.sig", "", "indeterminate")
        elif not self.token_paths() or outside > 0:
            self.say("V4", "TST_MISSING", "MANIFEST.sig", "", "indeterminate")

    # -- ledger

    def checkpoint(self, step, path, data, origin):
        try:
            note = Note(data)
            head = checkpoint_of(note.text)
            if head["origin"] != origin:
                raise Bad("origin")
            logs = [Key(log["vkey"]) for log in self.bundle["logs"] if log["origin"] == origin]
            states = [note.state(signature, logs) for signature in note.signatures]
            if "invalid" in states or "otherKey" in states:
                raise Bad("log")
            if "valid" not in states:
                self.say(step, "CHECKPOINT_KEY_UNKNOWN", path, origin, "indeterminate")
                return None
            lines = [log for log in self.bundle["logs"] if log["origin"] == origin]
            gone = {}
            for log in lines:
                if log.get("revoked") and not (log["vkey"] in gone and gone[log["vkey"]]["invalidFrom"] >= log["revoked"]["invalidFrom"]):
                    gone[log["vkey"]] = log["revoked"]
            sound = [Key(log["vkey"]) for log in lines if log["vkey"] not in gone]
            ends = [end for vkey, end in gone.items() if any(note.state(signature, [Key(vkey)]) == "valid" for signature in note.signatures)]
            revoked = None if any(note.state(signature, sound) == "valid" for signature in note.signatures) else max(ends, key=lambda end: end["invalidFrom"])
            keys = [Key(witness["vkey"]) for witness in self.bundle["witnesses"]]
            seen = [(signature[0], note.state(signature, keys)) for signature in note.signatures]
            if any(state in ("invalid", "otherKey") for _, state in seen):
                raise Bad("witness")
            return {**head, "note": data, "path": path, "witnesses": {name for name, state in seen if state == "valid"}, "step": step, "revoked": revoked, "supplied": False, "from": None}
        except Bad as error:
            self.say(step, "CHECKPOINT_SIGNATURE", path, str(error))
            return None

    def place(self, step, line, name, path):
        if path not in self.files:
            return self.say(step, "LOG_INCLUSION", path, "no proof", "indeterminate")
        try:
            index, proof, data = tlog_proof(self.files[path])
        except Bad as error:
            return self.say(step, "LOG_INCLUSION", path, str(error))
        origin = self.manifest["agency"]["ledger"]
        head = self.checkpoint(step, path, data, origin if name == "sha256" else origin + "/sm3")
        if head is None:
            return
        if name == "sha256":
            self.heads.append(head)
        else:
            self.twins.append(head)
        leaf = digest(name, b"\x00" + line["bytes"])
        if index != line["idx"] or not included(name, index, head["size"], leaf, proof, head["root"]):
            self.say(step, "LOG_INCLUSION", path)

    def open_custody(self):
        data = self.files.get("proofs/custody.jsonl")
        if data is None:
            return
        try:
            lines = json_lines(data)
            for line in lines:
                event = line.get("event", 0)
                salted = event is None or (isinstance(event, dict) and isinstance(event.get("salt"), str) and re.fullmatch(r"[0-9a-f]{32}", event["salt"]))
                number = line.get("idx")
                if set(line) != {"entry", "event", "idx"} or isinstance(number, bool) or not isinstance(number, int) or number < 0 or not salted or not entry_fits(line["entry"]):
                    raise Bad("line of custody")
                line["bytes"] = canonical(line["entry"]).encode()
            self.custody = lines
        except Bad as error:
            self.say("V6", "CUSTODY_GAP", "proofs/custody.jsonl", str(error))

    def v5(self):
        path = "proofs/fixation.entry.json"
        if self.manifest is None:
            return
        self.done.add("V5")
        if path not in self.files:
            return self.say("V5", "LOG_ENTRY", path, "no entry", "indeterminate")
        data = self.files[path]
        try:
            entry = json_strict(data) if len(data) <= 1024 else None
        except Bad:
            entry = None
        if not entry_fits(entry) or entry["type"] != "evidence.fixed" or entry["subject"] != self.manifest["id"]:
            return self.say("V5", "LOG_ENTRY", path)
        line = next((item for item in self.custody if item["bytes"] == data), None)
        if line is None:
            return self.say("V5", "LOG_ENTRY", path, "not in custody")
        event = line["event"]
        if event is None:
            self.say("V5", "LOG_ENTRY", path, "erased", "indeterminate")
        else:
            body, manifest = canonical(event).encode(), self.files["MANIFEST.json"]
            wanted = {"manifestSha256": sha256(manifest), "manifestSm3": sm3(manifest), "sigSha256": sha256(self.files.get("MANIFEST.sig", b""))}
            if entry["body"] != {"sha256": sha256(body), "sm3": sm3(body)} or any(event.get(key) != value for key, value in wanted.items()):
                self.say("V5", "LOG_ENTRY", path, "other manifest")
        self.place("V5", line, "sha256", "proofs/fixation.tlog-proof")
        self.place("V5", line, "sm3", "proofs/fixation.sm3.tlog-proof")

    def v6(self):
        path = "proofs/custody.jsonl"
        if self.manifest is None:
            return
        self.done.add("V6")
        if path not in self.files:
            return self.say("V6", "CUSTODY_GAP", path, "no custody chain", "indeterminate")
        before = None
        for i, line in enumerate(self.custody):
            entry, subject = line["entry"], f"{path}#{i + 1}"
            if entry["subject"] != self.manifest["id"] or entry["seq"] != i or (before and before["idx"] >= line["idx"]):
                self.say("V6", "CUSTODY_GAP", subject)
            if entry["prev"] != (sha256(before["bytes"]) if before else ""):
                self.say("V6", "CUSTODY_LINK", subject, "prev")
            before = line
            if line["event"] is not None:
                body = canonical(line["event"]).encode()
                if entry["body"] != {"sha256": sha256(body), "sm3": sm3(body)}:
                    self.say("V6", "CUSTODY_LINK", subject, "event")
        if self.custody:
            first = self.custody[0]
            request = self.files.get("record/request.json")
            if first["entry"]["type"] != "job.requested":
                self.say("V6", "CUSTODY_GAP", path + "#1")
            elif sha256(first["bytes"]) != self.manifest["request"]["entrySha256"] or (
                first["event"] is not None and (request is None or first["event"].get("requestSha256") != sha256(request))
            ):
                self.say("V6", "CUSTODY_LINK", path + "#1")
        self.papers()
        if before is None:
            return self.say("V6", "CUSTODY_GAP", path, "empty")
        if self.seal and (self.seal["events"], self.seal["last"]) != (len(self.custody), sha256(before["bytes"])):
            self.say("V6", "CUSTODY_HEAD", path)
        self.place("V6", before, "sha256", "proofs/custody.tlog-proof")

    def papers(self):
        """Every file of attachments/ has its entry, and every entry its file."""
        events = [line["event"] for line in self.custody if line["entry"]["type"] == "attestation.added"]
        told = {event.get("path"): event.get("blob") for event in events if event is not None}
        for path, blob in told.items():
            if str(path).startswith("attachments/") and (path not in self.files or sha256(self.files[path]) != blob):
                self.say("V6", "CUSTODY_LINK", path, "paper")
        for path in self.files:
            if path.startswith("attachments/") and path not in told:
                self.say("V6", "CUSTODY_LINK", path, "no entry", "indeterminate" if None in events else "failed")

    def v7(self):
        if self.manifest is None or not self.heads:
            return
        self.done.add("V7")
        origin, supplied, more = self.manifest["agency"]["ledger"], [], []
        for data in self.checkpoints:
            try:
                if data.startswith(b"old "):
                    steps = consistency_steps(data)
                    more += steps
                    supplied += [steps[-1][2]] if steps else []
                else:
                    utf8(data)
                    supplied.append(data)
            except Bad as error:
                self.say("V7", "CONSISTENCY", "supplied checkpoint", str(error))
        chain = self.chain(origin, more)
        for head in self.heads:
            self.against(head, chain, "failed")
        held = [head for head in (self.checkpoint("V7", "supplied checkpoint", data, origin) for data in supplied) if head]
        for head in held:
            head["supplied"] = True
            self.against(head, chain, "indeterminate")
        token = self.witnessed(chain, held)
        self.keys_of_log(chain, held, token)

    def keys_of_log(self, chain, held, token):
        """A head by a revoked key counts if it is dated before, or grew into one that counts without it."""
        same = lambda a, b: (a["size"], a["root"]) == (b["size"], b["root"])
        signed = min((stamp["time"] for stamp in self.tokens.values() if not stamp["internal"]), default=None)

        def grew_into(head):
            for other in chain + self.heads + held:
                at = next((link for link in chain if same(link, other)), other)
                while at is not None and not same(at, head):
                    at = at["from"]
                if at is not None:
                    yield other

        def counts(head):
            for later in grew_into(head):
                if later["revoked"] is None:
                    return True
                if token is not None and same(token[0], later) and token[1] < head["revoked"]["invalidFrom"]:
                    return True
                if later["path"] == "record/before/checkpoint.txt" and signed is not None and signed < head["revoked"]["invalidFrom"]:
                    return True
            return False

        told = set()
        for head in chain + self.heads + held:
            if head["revoked"] is not None and (head["path"], head["revoked"]["reason"]) not in told and not counts(head):
                told.add((head["path"], head["revoked"]["reason"]))
                self.say(head["step"], "KEY_REVOKED", head["path"], head["revoked"]["reason"], "indeterminate" if head["supplied"] else "failed")
        for head in self.twins:
            if head["revoked"] is not None and not any(other["size"] == head["size"] and (other["revoked"] is None or counts(other)) for other in self.heads):
                self.say(head["step"], "KEY_REVOKED", head["path"], head["revoked"]["reason"])

    def chain(self, origin, more):
        path, before, start = "proofs/consistency.txt", self.manifest["notBefore"], None
        note = self.files.get("record/before/checkpoint.txt") if before else None
        if note is not None:
            start = self.checkpoint("V7", "record/before/checkpoint.txt", note, origin)
            said = before and (before["origin"], before["size"], base64.b64decode(before["root"]))
            if start and said != (origin, start["size"], start["root"]):
                self.say("V7", "CONSISTENCY", "record/before/checkpoint.txt")
        chain = [start or self.heads[0]]
        try:
            steps = consistency_steps(self.files.get(path, b""))
        except Bad as error:
            self.say("V7", "CONSISTENCY", path, str(error))
            steps = []
        for i, (old, proof, data) in enumerate(steps + more):
            newer = self.checkpoint("V7", path, data, origin)
            if newer is None:
                continue
            newer["supplied"] = i >= len(steps)
            older = next((head for head in chain if head["size"] == old), None)
            if older is None or not consistent(older["size"], older["root"], newer["size"], newer["root"], proof):
                split = older is not None and older["size"] == newer["size"] and older["root"] != newer["root"]
                self.say("V7", "SPLIT_VIEW" if split else "CONSISTENCY", path, f"{old} to {newer['size']}")
            elif newer["size"] > older["size"]:
                newer["from"] = older
                chain.append(newer)
        return chain

    def against(self, head, chain, effect):
        twin = next((other for other in chain if other["size"] == head["size"]), None)
        if twin is None:
            self.say("V7", "CONSISTENCY", head["path"], str(head["size"]), effect)
        elif twin["root"] != head["root"]:
            self.say("V7", "SPLIT_VIEW", head["path"])

    def witnessed(self, chain, held):
        holding = min(head["size"] for head in self.heads)
        later = [head for head in chain + self.heads if head["size"] >= holding]
        needed = self.bundle["policy"]["witnesses"]
        quorum = needed > 0 and len(set().union(*(head["witnesses"] for head in later))) >= needed
        known = any((head["size"], head["root"]) == (other["size"], other["root"]) for head in held for other in later)
        stamped, dated = False, None
        own = [head for head in later if not head["supplied"]]
        if "proofs/checkpoint.tsr" in self.files and own:
            newest = own[0]
            for head in own:
                newest = head if head["size"] > newest["size"] else newest
            token = self.token("V7", "proofs/checkpoint.tsr", newest["note"])
            if token is not None and not token["internal"]:
                dated = (newest, token["time"])
                end, late = self.life("proofs/checkpoint.tsr", token)
                stamped = not late and end >= self.at
        if not (quorum or known or stamped):
            self.say("V7", "WITNESS_QUORUM", "proofs/consistency.txt", "", "indeterminate")
        return dated

    # -- renewals

    def renewals(self):
        if self.renewed is None:
            self.renewed = self.read_renewals()
        return self.renewed

    def read_renewals(self):
        found = []
        names = sorted(match[1] for match in (re.fullmatch(r"proofs/renewals/(\d{4})/statement\.json", path, re.ASCII) for path in self.files) if match)
        for n, name in enumerate(names, int(names[0]) if names else 1):
            path, token_path = f"proofs/renewals/{name}/statement.json", f"proofs/renewals/{name}/token.tsr"
            try:
                statement = json_strict(self.files[path])
                if not self.statement_fits(statement, n):
                    raise Bad("statement")
            except Bad as error:
                self.say("V8", "RENEWAL_BROKEN", path, str(error))
                continue
            point = statement["checkpoint"]
            if any(head["size"] == point["size"] and base64.b64encode(head["root"]).decode() != point["root"] for head in self.heads):
                self.say("V8", "RENEWAL_BROKEN", path, "root")
                continue
            token = self.token("V8", token_path, self.files[path]) if token_path in self.files else None
            if token is None or token["algorithm"] != statement["algorithm"]:
                self.say("V8", "RENEWAL_BROKEN", path)
            else:
                found.append((statement, token))
        return found

    def statement_fits(self, statement, n):
        if not isinstance(statement, dict) or set(statement) != {"v", "n", "origin", "checkpoint", "covers", "algorithm"}:
            return False
        covers, point = statement["covers"], statement["checkpoint"]
        shaped = isinstance(covers, list) and covers and all(isinstance(item, dict) and set(item) == {"sha256", "sm3"} for item in covers)
        point_shaped = isinstance(point, dict) and set(point) == {"size", "root", "rootSm3"}
        return bool(shaped and point_shaped and True not in (statement["v"] is True, statement["n"] is True) and statement["v"] == 1 and statement["n"] == n and self.manifest and statement["origin"] == self.manifest["agency"]["ledger"])

    def life(self, path, token):
        renewals, ends = self.renewals(), self.bundle["algorithms"]
        def own_end(token):
            return min(token["end"], ends.get(token["algorithm"], token["end"]))

        own = {"sha256": sha256(self.files[path]), "sm3": sm3(self.files[path])}
        end, late = own_end(token), False
        for statement, later in renewals:
            if later["internal"] and not token["internal"]:
                continue
            if end < self.at and own in statement["covers"]:
                if later["time"] > end:
                    late = True
                else:
                    end = own_end(later)
        covering = [(statement, later) for statement, later in renewals if own in statement["covers"]]
        if ends.get(token["algorithm"], self.at) < self.at and not self.made_anew(token["algorithm"], covering, []):
            late = True
        return end, late

    def made_anew(self, weak, covering, ended):
        """While the digest still held, content got new ones of another kind, and a renewal after that dates them."""
        ends = self.bundle["algorithms"]
        for name, at, place in self.rehashes():
            if name == weak or name in ended or at > ends[weak]:
                continue
            if not any(place < statement["checkpoint"]["size"] and later["time"] <= ends[weak] and later["algorithm"] != weak for statement, later in covering):
                continue
            if ends.get(name, self.at) >= self.at or self.made_anew(name, covering, [*ended, weak]):
                return True
        return False

    def rehashes(self):
        found = []
        for line in self.custody:
            event = line["event"]
            if line["entry"]["type"] == "evidence.rehashed" and event and event.get("algorithm") in ("sha256", "sha384", "sha512", "sm3"):
                listed = event.get("files") if isinstance(event.get("files"), list) else []
                told = {item["path"]: item.get("digest") for item in listed if isinstance(item, dict) and isinstance(item.get("path"), str)}
                told.setdefault("MANIFEST.json", event.get("manifest"))
                wanted = ["MANIFEST.json", "MANIFEST.sig"] + [item["path"] for item in (self.manifest or {"files": []})["files"]]
                if all(path in told and (path not in self.files or told[path] == digest(event["algorithm"], self.files[path]).hex()) for path in wanted):
                    found.append((event["algorithm"], line["entry"]["at"], line["idx"]))
        return found

    def v8(self):
        if not self.tokens:
            return
        self.done.add("V8")
        lives = {path: self.life(path, token) for path, token in self.tokens.items()}
        outside = {path: life for path, life in lives.items() if not self.tokens[path]["internal"]}
        lives = outside or lives
        if any(not late and end >= self.at for end, late in lives.values()):
            return
        for path, (end, late) in lives.items():
            self.say("V8" if late else "V4", "RENEWAL_LATE" if late else "TST_EXPIRED", path, end, "indeterminate")

    # -- content

    def v9(self):
        if self.manifest is None:
            return
        self.request()
        capture = self.manifest["kind"] == "web_capture"
        if not capture and not ({"record/environment.json", "content/capture.wacz"} & set(self.files)):
            return
        if "content/capture.wacz" in self.files:
            self.done.add("V9")
            self.archive()
        for path, content in self.files.items():
            match = re.fullmatch(r"record/tls/([^/]+)\.der", path)
            if match and match[1] != sha256(content):
                self.say("V9", "CROSS_MISMATCH", path)
        tls = (self.manifest["navigation"] or {}).get("tls")
        withheld = {line["path"] for line in self.seal["withheld"]} if self.seal else set()
        if tls and f"record/tls/{tls['leafSha256']}.der" not in set(self.files) | withheld:
            self.say("V9", "CROSS_MISMATCH", "/navigation/tls")
        if "record/environment.json" in self.files:
            self.environment()
        elif capture:
            self.say("V9", "ENV_VERDICT", "record/environment.json", "none")

    def withheld(self, path):
        return self.seal is not None and any(line["path"] == path for line in self.seal["withheld"])

    def request(self):
        path = "record/request.json"
        if path not in self.files:
            return
        try:
            request = json_strict(self.files[path])
            if not isinstance(request, dict):
                raise Bad("no object")
        except Bad as error:
            return self.say("V9", "CROSS_MISMATCH", path, str(error))
        manifest = self.manifest
        said = {key: manifest[key] for key in ("id", "kind", "makers", "place")}
        said.update({key: manifest["request"][key] for key in ("jobId", "purpose", "profile", "requestedAt")})
        said.update({"url": manifest["request"]["urlTyped"], "caseRef": manifest["case"]["ref"], "clue": manifest["case"]["clue"], "factToProve": manifest["case"]["factToProve"]})
        for key, value in said.items():
            if key in request and canonical(request[key]) != canonical(value):
                self.say("V9", "CROSS_MISMATCH", path, key)
        environment, given = manifest["environment"] or {}, request.get("override")
        if environment.get("overrideBy"):
            given = given if isinstance(given, dict) else {}
            if given.get("by") != environment["overrideBy"] or given.get("reason") != environment["overrideReason"]:
                self.say("V9", "CROSS_MISMATCH", path, "override")

    def archive(self):
        wacz = "content/capture.wacz"
        try:
            inner = stored(self.files[wacz])
            self.datapackage(wacz, inner)
        except (Bad, Stop, ValueError, KeyError, struct.error):
            return self.say("V9", "CROSS_MISMATCH", wacz, "can not be opened")
        members = self.lines("record/warc-index.jsonl")
        if members is None:
            return
        for i, member in enumerate(members):
            if not all(isinstance(member.get(key), int) and not isinstance(member.get(key), bool) for key in ("offset", "length")) or not isinstance(member.get("id"), str):
                return self.say("V9", "WARC_COUNT", f"record/warc-index.jsonl#{i + 1}")
        warcs = [path for path in inner if re.fullmatch(r"archive/[^/]+\.warc\.gz", path)]
        if len(warcs) != 1:
            return self.say("V9", "WARC_COUNT", wacz)
        records, tiled = self.walk(inner[warcs[0]], members)
        self.cdxj(inner.get("indexes/index.cdxj", b""), records)
        if tiled:
            self.exchanges(records)
            views = {record["sha256"] for record in records if record["type"] == "resource" and record["uri"].startswith("urn:view:")}
            for item in self.manifest["files"]:
                if item["path"].startswith("content/screen/") and item["sha256"] not in views:
                    self.say("V9", "CROSS_MISMATCH", item["path"])

    def lines(self, path):
        try:
            if path in self.files:
                return json_lines(self.files[path])
            if not self.withheld(path):
                self.say("V9", "CROSS_MISMATCH", path, "missing")
        except Bad as error:
            self.say("V9", "CROSS_MISMATCH", path, str(error))
        return None

    def datapackage(self, wacz, inner):
        package = inner["datapackage.json"]
        listed = [item for item in json.loads(package).get("resources", []) if isinstance(item, dict) and isinstance(item.get("path"), str)]
        outer = json.loads(inner["datapackage-digest.json"])
        for item in listed:
            content = inner.get(item.get("path"))
            if content is None or item.get("hash") != "sha256:" + sha256(content) or item.get("bytes") != len(content):
                self.say("V9", "CROSS_MISMATCH", wacz, str(item.get("path")))
        if outer.get("hash") != "sha256:" + sha256(package):
            self.say("V9", "CROSS_MISMATCH", wacz, "digest")
        for path in set(inner) - {item.get("path") for item in listed} - {"datapackage.json", "datapackage-digest.json"}:
            self.say("V9", "CROSS_MISMATCH", wacz, path)

    def walk(self, warc, members):
        records, end, tiled = [], 0, True
        for i, member in enumerate(members):
            subject = f"record/warc-index.jsonl#{i + 1}"
            start, length = member["offset"], member["length"]
            if start != end or length < 1 or start + length > len(warc):
                self.say("V9", "WARC_TILING", subject)
                return records, False
            end = start + length
            unpacker = zlib.decompressobj(31)
            try:
                data = unpacker.decompress(warc[start:end], 64 * MIB)
                whole = unpacker.eof and not unpacker.unconsumed_tail
                tail = unpacker.unused_data
                while whole and tail[:2] == b"\x1f\x8b":
                    unpacker = zlib.decompressobj(31)
                    data += unpacker.decompress(tail, 64 * MIB)
                    whole, tail = unpacker.eof, unpacker.unused_data
            except zlib.error:
                whole, tail = False, b""
            if not whole or tail:
                self.say("V9", "WARC_TILING", subject)
                tiled = False
                continue
            try:
                record = warc_record(data)
            except Bad as error:
                self.say("V9", "WARC_COUNT", subject, str(error))
                continue
            if record["type"] != member.get("type") or record["id"] != member["id"]:
                self.say("V9", "WARC_COUNT", subject)
            for part in record["wrong"]:
                self.say("V9", "WARC_DIGEST", subject, part)
            self.payloads[record["id"]] = record.pop("payload")
            records.append({**record, "offset": start, "length": length})
        if end != len(warc):
            self.say("V9", "WARC_TILING", f"record/warc-index.jsonl#{len(members)}")
            tiled = False
        if records and records[0]["type"] != "warcinfo":
            self.say("V9", "WARC_COUNT", "record/warc-index.jsonl#1")
        return records, tiled

    def cdxj(self, data, records):
        said = []
        for line in data.decode("latin-1").split("\n"):
            if line == "":
                continue
            try:
                value = json.loads(line[line.index("{") :])
                said.append((str(value["offset"]), str(value["length"]), value["digest"], value["url"]))
            except (ValueError, KeyError):
                said.append(None)
        wanted = [record for record in records if record["type"] in ("response", "resource")]
        for record in wanted:
            if said.count((str(record["offset"]), str(record["length"]), "sha256:" + record["sha256"], record["uri"])) != 1:
                self.say("V9", "CROSS_MISMATCH", "indexes/index.cdxj", record["id"])
        if len(said) != len(wanted):
            self.say("V9", "CROSS_MISMATCH", "indexes/index.cdxj", "count")

    def exchanges(self, records):
        path = "record/exchanges.jsonl"
        lines = self.lines(path)
        if lines is None:
            return
        by_id, named = {record["id"]: record for record in records}, set()
        asked = [record for record in records if record["type"] == "request"]
        for i, line in enumerate(lines):
            identity = line.get("warcRecord")
            record = by_id.get(identity) if isinstance(identity, str) else None
            if record is None or identity in named or not agrees(line, record) or not asked_agrees(line, record, [item for item in asked if item["concurrent"] == identity]):
                self.say("V9", "CROSS_MISMATCH", f"{path}#{i + 1}")
            if record is not None:
                named.add(identity)
        for record in records:
            if record["type"] == "response" and record["id"] not in named:
                self.say("V9", "CROSS_MISMATCH", path, record["id"])
        self.targets(path, lines)

    def targets(self, path, lines):
        answers = self.lines("record/dns.jsonl") if "record/dns.jsonl" in self.files else None
        chosen = {(line.get("name"), line.get("chosen")) for line in answers or [] if isinstance(line.get("name"), str) and isinstance(line.get("chosen"), str)}
        withheld = {line["path"] for line in self.seal["withheld"]} if self.seal else set()
        for i, line in enumerate(lines):
            address, tls = line.get("ip"), line.get("tls")
            spoken = line.get("source") == "network" and line.get("outcome") == "ok" and isinstance(address, str) and address
            if answers is not None and spoken and (host_of(line.get("url")), address) not in chosen:
                self.say("V9", "CROSS_MISMATCH", f"{path}#{i + 1}", "address")
            leaf = tls.get("leafSha256") if isinstance(tls, dict) else None
            if isinstance(leaf, str) and f"record/tls/{leaf}.der" not in set(self.files) | withheld:
                self.say("V9", "CROSS_MISMATCH", f"{path}#{i + 1}", "certificate")
        self.passed_over(lines)

    def passed_over(self, lines):
        listed = ((self.manifest["navigation"] or {}).get("tls") or {}).get("errors", [])
        met = {}
        for line in lines:
            tls = line.get("tls")
            errors = tls.get("errors") if isinstance(tls, dict) else None
            place = re.match(r"[a-z]+://([^/?#]*)", line["url"]) if isinstance(line.get("url"), str) else None
            for code in errors if isinstance(errors, list) else []:
                if isinstance(code, str):
                    met[f"{place[1] if place else ''} {code}"] = code
        for told, code in met.items():
            if told not in listed and code not in listed:
                self.find("TLS_ERROR", "record/exchanges.jsonl", told)
        path = "record/request.json"
        if not met or path not in self.files:
            return
        try:
            request = json_strict(self.files[path])
        except Bad:
            request = None
        decided = request.get("tlsOverride") if isinstance(request, dict) else None
        decided = decided if isinstance(decided, dict) else {}
        if not all(isinstance(decided.get(key), str) and decided[key] for key in ("by", "reason")):
            self.say("V9", "CROSS_MISMATCH", path, "tlsOverride")

    def environment(self):
        path = "record/environment.json"
        try:
            value = json_strict(self.files[path])
        except Bad:
            return self.say("V9", "ENV_VERDICT", path)
        value = value if isinstance(value, dict) else {}
        parts = [value.get(part) for part in ("before", "after")]
        parts = [[item for item in part if isinstance(item, dict)] if isinstance(part, list) else [] for part in parts]
        checks = parts[0] + parts[1]
        for part, count in zip(parts, (15, 16)):
            if sorted(str(check.get("id")) for check in part) != [f"E{n + 1:02}" for n in range(count)] or any(check.get("result") not in ("pass", "warn", "fail", "na") for check in part):
                self.say("V9", "ENV_VERDICT", path, "checks")
        failed = {str(check.get("id")) for check in checks if check.get("result") == "fail"}
        warned = any(check.get("result") == "warn" for check in checks)
        verdict = "fail" if failed & MANDATORY else "warn" if failed or warned else "clean"
        told = self.manifest["environment"]
        if value.get("verdict") != verdict:
            self.say("V9", "ENV_VERDICT", path)
        if told is None or told["verdict"] != verdict or sorted(told["failed"]) != sorted(failed):
            self.say("V9", "ENV_VERDICT", "/environment")
        if failed & (MANDATORY | {"E13"}) and not (told and told["overrideBy"]):
            self.say("V9", "ENV_VERDICT", "/environment/overrideBy")

    # -- printed form

    def v10(self):
        path = "report/report.pdf"
        pdf, manifest = self.files.get(path), self.files.get("MANIFEST.json")
        if pdf is None or manifest is None or len(pdf) > 64 * MIB:
            return
        self.done.add("V10")
        found = attachments(pdf)
        if not found or any(item != manifest for item in found):
            self.say("V10", "REPORT_MANIFEST", path)
        ranges = re.findall(rb"/ByteRange \[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10})\]", pdf)
        if not ranges:
            return self.say("V10", "REPORT_SIGNATURE", path, "not signed", "indeterminate")
        end, start, length = map(int, ranges[0])
        signed_end = start + length
        gap = re.fullmatch(rb"<((?:[0-9a-f]{2})+)>", pdf[end:start]) if end < start else None
        whole = signed_end == len(pdf) if len(ranges) == 1 else len(ranges) == 2 and signed_end < len(pdf)
        if not whole or not gap:
            return self.say("V10", "REPORT_RANGE", path)
        lasting = None
        if len(ranges) == 2:
            try:
                lasting = report_update(pdf, bytes.fromhex(gap[1].decode()), signed_end)
            except (Bad, IndexError, ValueError) as error:
                self.say("V10", "REPORT_RANGE", path, str(error))
        try:
            if not self.detached(bytes.fromhex(gap[1].decode()), pdf[:end] + pdf[start:signed_end]):
                self.say("V10", "REPORT_SIGNATURE", path, "root", "indeterminate")
        except (Bad, IndexError, KeyError, ValueError) as error:
            self.say("V10", "REPORT_SIGNATURE", path, str(error))
        if lasting:
            self.document_stamp(path, *lasting)

    def document_stamp(self, path, material, stamped, room):
        """A token over the report and its revocation data; the zeros behind it fill its room."""
        try:
            token = der_at(room, 0)[1]
            if room[len(token) :].strip(b"\0"):
                raise Bad("bytes after the document time stamp")
            held = sorted(name for name in self.files if name.startswith("trust/"))[:64]
            held = [self.files[name] for name in held if len(self.files[name]) <= 256 * 1024]
            answer = b"\x30\x03\x02\x01\x00" + token
            verify_token(der_sequence(answer), stamped, self.bundle["tsa"], held + material)
        except TokenFault as fault:
            self.say("V10", "REPORT_SIGNATURE", path, fault.code, "indeterminate" if fault.code == "TST_UNTRUSTED" else "failed")
        except (Bad, IndexError, KeyError, ValueError) as error:
            self.say("V10", "REPORT_SIGNATURE", path, str(error))

    def detached(self, room, signed):
        item = der_at(room, 0)
        if room[len(item[1]) :].strip(b"\0"):
            raise Bad("padding")
        parts = sequence(item)
        fields = sequence(children(expect(parts[1], 0xA0))[0])
        content = sequence(fields[2])
        if oid(parts[0]) != "1.2.840.113549.1.7.2" or small(fields[0]) != 1 or len(content) != 1 or oid(content[0]) != "1.2.840.113549.1.7.1":
            raise Bad("not detached")
        certificates = [child[1] for part in fields[3:] if part[0] == 0xA0 for child in children(part)]
        signers = children(expect(fields[-1], 0x31))
        if len(signers) != 1:
            raise Bad("signers")
        signer = parse_signer(signers[0])
        ess = sequence(get(sequence(get(sequence(signer["attributes"]["1.2.840.113549.1.9.16.2.47"][0]), 0)), 0))
        name = DIGESTS[oid(get(sequence(ess.pop(0)), 0))] if ess and ess[0][0] == 0x30 else "sha256"
        wanted = expect(get(ess, 0), 0x04)[2]
        own = next((item for item in certificates if digest(name, item) == wanted), None)
        stated = signer["attributes"]["1.2.840.113549.1.9.4"][0]
        if own is None or signer["digest"] is None or expect(stated, 0x04)[2] != digest(signer["digest"], signed):
            raise Bad("digest")
        certificate = Certificate(own)
        if not certificate.checks(signer["signature_algorithm"], signer["signed"], signer["signature"]):
            raise Bad("signature")

        def valid(current):
            return self.seal is None or current.start <= self.seal["at"] <= current.end

        if not valid(certificate):
            raise Bad("period")
        roots, others = [Certificate(base64_strict(root)) for root in self.bundle["x509Roots"]], [Certificate(item) for item in certificates]

        def known(current, depth):
            if any(root.der == current.der for root in roots):
                return valid(current)
            return depth < 6 and any(item.der != current.der and item.issued(current) and valid(item) and known(item, depth + 1) for item in roots + others)

        return known(certificate, 0)

    # -- bytes of the network

    def find(self, code, subject, detail=""):
        self.findings.append((code, subject, detail))

    def v11(self):
        path = "record/exchanges.jsonl"
        if any(name not in self.files for name in ("wire/capture.pcap", "wire/keylog.txt", path)):
            return self.find("NOT_DONE", "wire", "V11")
        self.done.add("V11")
        try:
            lines = json_lines(self.files[path])
            told, faults, unsigned = wire.exchanges(self.files["wire/capture.pcap"], self.files["wire/keylog.txt"])
        except Bad as error:
            return self.say("V11", "WIRE_UNREADABLE", path, str(error))
        except wire.Broken as error:
            return self.say("V11", "WIRE_UNREADABLE", "wire/capture.pcap", str(error))
        for fault, name in faults:
            self.say("V11", "WIRE_UNREADABLE", name, str(fault), "failed" if isinstance(fault, wire.Broken) else "indeterminate")
        for name, why in unsigned:
            self.find("NOT_DONE", name, f"V11: {why}")
        left = list(told)
        for n, line in enumerate(lines, 1):
            if line.get("source") != "network" or line.get("outcome") == "blocked":
                continue
            subject = f"{path}#{n}"
            near = [item for item in left if item.method == line.get("method") and item.url == wire_url(line.get("url"))]
            judged = [(item, *self.compared(line, item)) for item in near]
            best = min(judged, key=lambda one: len(one[1]), default=None)
            if best is None:
                if not faults and not never_answered(line):
                    self.say("V11", "WIRE_MISMATCH", subject, "not on the wire")
                continue
            left.remove(best[0])
            for detail in best[1]:
                self.say("V11", "WIRE_MISMATCH", subject, detail)
            for code, detail in best[2]:
                self.find(code, subject, detail)
        if left:
            self.find("WIRE_PROVES", "wire/capture.pcap", ", ".join(f"{item.method} {item.url}" for item in left))

    def compared(self, line, item):
        """(what differs, findings)."""
        wrong, found = [], []
        if line.get("ip") != "" and (line.get("ip"), line.get("port")) != (item.ip, item.port):
            wrong.append("address")
        leaf = (line.get("tls") or {}).get("leafSha256") if isinstance(line.get("tls"), dict) else None
        if item.leaf is not None and leaf is not None and leaf != item.leaf:
            wrong.append("certificate")
        posted = line.get("requestBodySha256")
        if posted is not None and posted != sha256(item.posted):
            wrong.append("request body")
        if item.status is None:
            return wrong + (["no answer"] if line.get("outcome") == "ok" else []), found
        if not line.get("status") and line.get("outcome") != "ok":
            return wrong, [("WIRE_PROVES", sha256(item.body))]
        if line.get("status") != item.status:
            wrong.append("status")
        if by_name(line.get("responseHeaders")) != by_name(item.fields):
            wrong.append("header fields")
        wrong += self.compared_body(line, item, found)
        return wrong, found

    def compared_body(self, line, item, found):
        if line.get("sha256") == sha256(item.body):
            return []
        try:
            body, _ = wire.decoded(item.body, item.fields)
        except wire.NotDone as error:
            found.append(("NOT_DONE", str(error)))
            return []
        except wire.Broken as error:
            return [str(error)]
        if line.get("sha256") == sha256(body):
            return []
        length = line.get("decodedBytes")
        if (line.get("truncated") or line.get("outcome") != "ok") and isinstance(length, int):
            if not 0 <= length <= len(body) or line.get("sha256") != sha256(body[:length]):
                return ["body"]
        elif not same_reading(line, body, item):
            return ["body"]
        found.append(("WIRE_PROVES", sha256(body)))
        return []


def wire_url(url):
    """An address as a connection tells it: host in small letters, no usual port, no fragment."""
    match = re.fullmatch(r"http(s?)://(?:[^/?#@]*@)?([^/?#]*)([^#]*)(?:#.*)?", str(url), re.S)
    if not match:
        return str(url)
    host = match[2].lower().removesuffix(":443" if match[1] else ":80")
    return f"http{match[1]}://{host}{match[3] if match[3].startswith('/') else '/' + match[3]}"


def never_answered(line):
    return line.get("outcome") in ("failed", "limited") and not line.get("status")


def by_name(pairs):
    found = {}
    for pair in pairs if isinstance(pairs, list) else []:
        if isinstance(pair, (list, tuple)) and len(pair) == 2 and not str(pair[0]).startswith(":"):
            value = str(pair[1])
            found.setdefault(str(pair[0]).lower(), []).append(value)
    return found


def same_reading(line, body, item):
    """Text that a browser read in some character set and gave out in UTF-8."""
    names = re.findall(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", ";".join(item.values("content-type")), re.I)
    names += [name.decode() for name in re.findall(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", body[:1024], re.I)]
    for name in [*names, "utf-8-sig", "utf-8", "cp1252", "gb18030"]:
        try:
            if sha256(body.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(name.lower(), name), "replace").encode()) == line.get("sha256"):
                return True
        except (LookupError, ValueError):
            continue
    return False


def der_sequence(content):
    size = len(content)
    if size < 0x80:
        return b"\x30" + bytes([size]) + content
    width = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"\x30" + bytes([0x80 | len(width)]) + width + content


STAMP_ROOM = 12 * 1024
REPORT_END = re.compile(
    rb"xref\n0 (\d{1,6})\n((?:\d{10} \d{5} [fn] \n)*)trailer\n<<\n/Size (\d{1,6})\n/Root (\d{1,6}) 0 R\n/Info (\d{1,6}) 0 R\n"
    rb"/ID \[(<[0-9a-f]{32}> <[0-9a-f]{32}>)\]\n>>\nstartxref\n\d{1,10}\n%%EOF\n"
)


def report_material(pdf, at):
    """(certificates, lists, answers) that an update begins with, each as it should be."""
    found, count = ([], [], []), 0
    while True:
        head = re.match(rb"\d{1,7} 0 obj\n<<\n/Length (\d{1,6})\n>>\nstream\n", pdf[at : at + 80])
        if not head:
            return found
        start = at + head.end()
        data, count = pdf[start : start + int(head[1])], count + 1
        for kind, place in zip((Certificate, RevocationList, OcspAnswer), found):
            try:
                kind(data)
                break
            except (Bad, IndexError, ValueError):
                continue
        else:
            raise Bad("no material")
        if count > 64 or len(data) > 256 * 1024:
            raise Bad("material")
        place.append(data)
        at = start + len(data) + len(b"\nendstream\nendobj\n")


def report_base(base):
    """What the update has to know of the signed report."""
    told = re.search(rb"\nstartxref\n(\d{1,10})\n%%EOF\n\Z", base[-40:])
    end = REPORT_END.fullmatch(base, int(told[1])) if told else None
    if not end:
        raise Bad("end of the report")
    size, table = int(end[1]), end[2]
    if size > 200000 or len(table) != 20 * size or int(end[3]) != size:
        raise Bad("table of the report")

    def lines(number):
        line, start = table[20 * number : 20 * number + 20], b"%d 0 obj\n<<\n" % number
        if not line:
            raise Bad("object of the report")
        text = base[int(line[:10]) : int(line[:10]) + 4096]
        stop = text.find(b"\n>>\nendobj\n") + 1
        if line[17:18] != b"n" or not text.startswith(start) or stop < len(start):
            raise Bad("object of the report")
        return text[len(start) : stop]

    root = int(end[4])
    catalog = lines(root)
    form = re.search(rb"\n/AcroForm (\d{1,6}) 0 R\n", b"\n" + catalog)
    if not form or b"/DSS" in catalog:
        raise Bad("catalog of the report")
    field = re.fullmatch(rb"/SigFlags 3\n/Fields \[(\d{1,6} 0 R)\]\n", lines(int(form[1])))
    if not field:
        raise Bad("form of the report")
    return {"size": size, "root": root, "info": int(end[5]), "id": end[6], "xref": int(told[1]), "catalog": catalog, "form": int(form[1]), "field": field[1]}


def report_update(pdf, signature, end):
    """(material, stamped bytes, room of the token) of the update behind a signed report, which has to be built the same way again."""
    base, found = report_base(pdf[:end]), report_material(pdf, end)
    out, places, free = bytearray(pdf[:end]), {}, base["size"]

    def put(number, body):
        places[number] = len(out)
        out.extend(b"%d 0 obj\n<<\n" % number + body + b"endobj\n")

    named = []
    for kind in found:
        numbers = []
        for data in kind:
            put(free, b"/Length %d\n>>\nstream\n" % len(data) + data + b"\nendstream\n")
            numbers.append(b"%d 0 R" % free)
            free += 1
        named.append(b" ".join(numbers))

    def kept(names):
        return b"".join(b"/" + name + b" [" + refs + b"]\n" for name, refs in zip(names, named) if refs)

    vri = b"/VRI <<\n/" + hashlib.sha1(signature).hexdigest().upper().encode() + b" <<\n/Type /VRI\n" + kept((b"Cert", b"CRL", b"OCSP")) + b">>\n>>\n"
    store, stamp, field = free, free + 1, free + 2
    put(store, b"/Type /DSS\n" + kept((b"Certs", b"CRLs", b"OCSPs")) + vri + b">>\n")
    places[stamp] = len(out)
    out += b"%d 0 obj\n<<\n/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n/ByteRange " % stamp
    range_at = len(out)
    out += b" " * len("[0 9999999999 9999999999 9999999999]") + b"\n/Contents "
    room_at = len(out)
    room_end = room_at + 2 * STAMP_ROOM + 2
    out += pdf[room_at:room_end]
    if len(out) != room_end:
        raise Bad("room")
    out += b"\n>>\nendobj\n"
    put(field, b"/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (Stamp)\n/Rect [0 0 0 0]\n/F 132\n/V %d 0 R\n>>\n" % stamp)
    put(base["form"], b"/SigFlags 3\n/Fields [" + base["field"] + b" %d 0 R]\n>>\n" % field)
    put(base["root"], base["catalog"] + b"/DSS %d 0 R\n>>\n" % store)
    table_at, table, numbers = len(out), b"xref\n", sorted(places)
    while numbers:
        run = 1
        while run < len(numbers) and numbers[run] == numbers[0] + run:
            run += 1
        table += b"%d %d\n" % (numbers[0], run) + b"".join(b"%010d 00000 n \n" % places[number] for number in numbers[:run])
        numbers = numbers[run:]
    out += table + b"trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %d 0 R\n/ID [" % (field + 1, base["root"], base["info"]) + base["id"]
    out += b"]\n/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n" % (base["xref"], table_at)
    said = b"[0 %d %d %d]" % (room_at, room_end, len(out) - room_end)
    out[range_at : range_at + len(said)] = said
    room = re.fullmatch(rb"<((?:[0-9a-f]{2})*)>", bytes(out[room_at:room_end]))
    if bytes(out) != pdf or not room:
        raise Bad("an update that is not of our form")
    return [data for kind in found for data in kind], pdf[:room_at] + pdf[room_end:], bytes.fromhex(room[1].decode())


def attachments(pdf):
    found = []
    for match in re.finditer(rb"/Type /EmbeddedFile\b", pdf):
        start = pdf.find(b"stream\n", match.start()) + 7
        head = pdf[match.start() : start]
        length = re.search(rb"/Length ([0-9]{1,10})\b", head)
        if start < 7 or not length or not pdf.startswith(b"\nendstream", start + int(length[1])):
            found.append(None)
            continue
        data = pdf[start : start + int(length[1])]
        try:
            found.append(zlib.decompress(data) if re.search(rb"/Filter /FlateDecode\b", head) else data)
        except zlib.error:
            found.append(None)
    return found


def stored(data):
    files = {}
    for entry in list_entries(data)[0]:
        at = entry["offset"]
        if data[at : at + 4] != b"PK\x03\x04" or entry["method"] != 0 or entry["path"] in files:
            raise Bad("not stored")
        names, extras = struct.unpack("<HH", data[at + 26 : at + 30])
        start = at + 30 + names + extras
        if start + entry["size"] > len(data):
            raise Bad("cut")
        files[entry["path"]] = data[start : start + entry["size"]]
    return files


def header_block(data):
    end = data.find(b"\r\n\r\n")
    if end < 0:
        raise Bad("head")
    lines = data[:end].decode("latin-1").split("\r\n")
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name:
            raise Bad("header line")
        fields.append((name, value[1:] if value.startswith(" ") else value))
    return lines[0], fields, end + 4


def warc_record(data):
    first, fields, end = header_block(data)
    if first != "WARC/1.1":
        raise Bad("version")

    def field(name, needed=True):
        values = [value for key, value in fields if key.lower() == name]
        if len(values) > 1 or (needed and (not values or values[0] == "")):
            raise Bad(name)
        return values[0] if values else ""

    length = field("content-length")
    if not re.fullmatch(r"[0-9]{1,15}", length) or data[end + int(length) :] != b"\r\n\r\n":
        raise Bad("length")
    block = data[end : end + int(length)]
    http, payload = None, block
    if re.match(r"application/http\b", field("content-type", False)):
        line, pairs, start = header_block(block)
        http, payload = (line, pairs), block[start:]
    wrong = [] if field("warc-block-digest") == "sha256:" + sha256(block) else ["block"]
    wrong += [] if field("warc-payload-digest", False) in ("", "sha256:" + sha256(payload)) else ["payload"]
    return {"type": field("warc-type"), "id": field("warc-record-id"), "uri": field("warc-target-uri", False), "http": http, "sha256": sha256(payload), "sm3": sm3(payload), "payload": payload, "wrong": wrong, "concurrent": field("warc-concurrent-to", False), "ip": field("warc-ip-address", False), "truncated": field("warc-truncated", False)}


def agrees(line, record):
    url = str(line.get("url")).encode("utf-8").decode("latin-1")
    if record["type"] != "response":
        return record["type"] == "metadata" and record["uri"] == url
    status = re.match(r"HTTP/1\.[01] ([0-9]{3}) ", record["http"][0] if record["http"] else "")
    if line.get("outcome") == "blocked" or record["uri"] != url or not status or status[1] != str(line.get("status")):
        return False
    if (line.get("sha256"), line.get("sm3")) != (record["sha256"], record["sm3"]):
        return False
    if record["truncated"] != text_of(line.get("truncated")) or record["ip"] != text_of(line.get("ip")):
        return False
    said = listed_pairs(line.get("responseHeaders"))
    fields = record["http"][1]
    if len(fields) == len(said) + 1 and fields[-1][0] == "Content-Length":
        fields = fields[:-1]
    if len(fields) != len(said):
        return False
    return all((same_text(name, key) or same_text(name, f"X-Orig-{key}")) and same_text(value, text) for (name, value), (key, text) in zip(fields, said))


def text_of(value):
    return "" if value is None else str(value)


def listed_pairs(told):
    return [pair for pair in (told if isinstance(told, list) else []) if isinstance(pair, list) and len(pair) == 2 and not str(pair[0]).startswith(":")]


def asked_agrees(line, record, asked):
    """What was asked, as the one request record beside the named one has it."""
    if line.get("outcome") == "blocked":
        return not asked
    if len(asked) != 1 or asked[0]["uri"] != record["uri"] or asked[0]["ip"] != text_of(line.get("ip")) or not asked[0]["http"]:
        return False
    first, fields = asked[0]["http"]
    body = line.get("requestBodySha256")
    if first.split(" ")[0] != line.get("method") or asked[0]["sha256"] != (sha256(b"") if body is None else body):
        return False
    said = listed_pairs(line.get("requestHeaders"))
    if len(fields) == len(said) + 1 and fields[0][0] == "Host":
        fields = fields[1:]
    return len(fields) == len(said) and all(same_text(name, key) and same_text(value, text) for (name, value), (key, text) in zip(fields, said))


def host_of(url):
    try:
        return (urllib.parse.urlsplit(str(url)).hostname or "").rstrip(".")
    except ValueError:
        return ""


def same_text(found, text):
    flat = re.sub(r"[\r\n]+", " ", str(text))
    return found == flat or found == flat.encode("utf-8").decode("latin-1")


# ---------------------------------------------------------------- command line


def read(path):
    with open(path, "rb") as file:
        return file.read()


def verify(package, trust, checkpoints, level, at, asked_wire=False):
    bundle = json_strict(read(trust))
    if not isinstance(bundle, dict) or bundle.get("schema") != "evidence-trust/1":
        raise Bad("trust bundle")
    verification = Verification(bundle, at, level, [read(path) for path in checkpoints], asked_wire)
    if os.path.isdir(package):
        return verification.run(None, read_folder(package))
    return verification.run(read(package), None)


def verify_case(case):
    try:
        return verify(case["package"], case["trust"], case["checkpoints"], case["level"], case["at"], case.get("wire", False))
    except Exception:  # noqa: BLE001 (no other case is to be lost; a verdict of this name agrees with nobody)
        return {"verdict": "CRASHED", "level": -1, "reasons": [["V0", traceback.format_exc(), "", ""]], "findings": []}


def main(arguments):
    try:
        if arguments[:1] == ["--batch"]:
            cases = json.loads(read(arguments[1]))
            print(json.dumps([verify_case(case) for case in cases]))
            return 0
        package, trust, checkpoints, level, asked_wire = None, None, [], 4, False
        at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            if word == "--trust":
                trust = rest.pop(0)
            elif word == "--checkpoint":
                checkpoints.append(rest.pop(0))
            elif word == "--level":
                level = int(rest.pop(0).lstrip("L"))
            elif word == "--wire":
                asked_wire = True
            elif word == "--at":
                at = rest.pop(0)
            elif package is None and not word.startswith("--"):
                package = word
            else:
                raise Bad("usage")
        if package is None or trust is None or not is_instant(at):
            raise Bad("usage")
        report = verify(package, trust, checkpoints, level, at, asked_wire)
    except (Bad, OSError, IndexError, ValueError) as error:
        print(f"{error}\n{__doc__}", file=sys.stderr)
        return 3
    print(json.dumps(report, ensure_ascii=False))
    return {"PASSED": 0, "FAILED": 1, "INDETERMINATE": 2}[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
