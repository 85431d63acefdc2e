// What the page can say of a text before anything is sent: pure functions, no document.
//
// The patterns are those of handler/key_gate; a table of recorded texts holds the two together.
// They are written without lookbehind, which older Safari cannot compile.

const LONGEST = 16384; // characters, as in handler/key_gate/line.py

const BASE64_OF_PRIVATE = [
  /b3BlbnNzaC1rZXktdjE/,
  /NhAAAAAwEAAQ/,
  /MI[I-L][A-Za-z0-9+/]{2}[AQgw]IBA[ADQTz]/,
  /MI[GH][A-Za-z0-9+/]AgE[ABD][MBA]/,
  /CAQ[AE]wBQYDK2V|CAQAwEwYHKoZI|M[A-H].CAQEEI/,
  /BgkqhkiG9w0BBQ/,
  /GCSqGSIb3DQEF/,
  /qhkiG9w0BDAE/,
  /P2\/56wAA/,
  /UHVUVFktVXNlci1LZXktRmlsZ/,
];
const MEMBER_OF_PRIVATE = [
  /"d":"[\w-]{20}/,
  /'d':'[\w-]{20}/,
  /\\"d\\":\\"[\w-]{20}/,
  /&quot;d&quot;:&quot;[\w-]{20}/,
  /%22d%22(?::|%3A)(?:%20)?%22[\w-]{20}/,
];
const WORDS_OF_PRIVATE = [
  /DEK-INFO:/,
  /PUTTY-USER-KEY-FILE-|AGE-SECRET-KEY-1|OPENSSH-KEY-V1/,
  /PRIVATE(?:-LINES:|-MAC:|EXPONENT|-KEY-FORMAT:|KEYFILEFORMAT)/,
];
const NAMED = /PRIVATE[^A-Z]{0,9}KEY/;

// Say whether there is a private key, a part of one or a container of one in the text.
function isPrivate(text) {
  const seen = text.replace(/[^\x21-\x7e]/g, "");
  const capitals = seen.toUpperCase();
  const shows = (pattern) => pattern.test(seen);
  return (
    BASE64_OF_PRIVATE.some(shows) ||
    (/LS0t/.test(seen) && /UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW/.test(seen)) ||
    MEMBER_OF_PRIVATE.some(shows) ||
    (/<D>/.test(seen) && /<Modulus>/.test(seen)) ||
    WORDS_OF_PRIVATE.some((pattern) => pattern.test(capitals)) ||
    isNamedPrivate(text, seen, capitals)
  );
}

// Say whether the words are those of a key file, and not of a comment on a public key.
function isNamedPrivate(text, seen, capitals) {
  if (!capitals.includes("PRIVATE")) return false;
  if (Array.from(text).length > LONGEST) return NAMED.test(capitals);
  if (/--[^A-Z]{0,3}(?:BEGIN|END)[^-]{0,40}?PRIVATE|PRIVATE[^A-Z]{0,9}KEY(?:BLOCK)?--/.test(capitals)) return true;
  if (seen.includes("NzaC1") || seen.includes("VjZHNh")) return false;
  return (
    /(?:BEGIN|END)[^-]{0,40}?PRIVATE[^A-Z]{0,9}KEY/.test(capitals) ||
    (NAMED.test(capitals) && /[A-Za-z0-9+/=_-]{40}/.test(text))
  );
}

const LINE = /^ssh-rsa[ \t]+([A-Za-z0-9+/][A-Za-z0-9+/=]*)(?:[ \t]+([^\r\n]*))?$/;
const KEY_DATA = /AAAA[A-K](?:[HXn3]N[zr]|[GWm2]Vj)/;
const TYPED_KEY = /(?:^|[^A-Za-z0-9-])((?:ssh|ecdsa|sk|rsa|x509v3|webauthn|pgp|spki)-[A-Za-z0-9@.-]{1,60})[ \t]+(?=AAAA)/i;

// Judge a text. The answer is {kind: "empty"}, {kind: "refused", why} with one of the page's reasons,
// for "wrapped" with the joined line, or {kind: "key", field, blob, bits}, of which only `field`,
// the base64 of the public key, is ever sent.
function judge(text) {
  const line = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (!line) return { kind: "empty" };
  if (isPrivate(text)) return refused("private");
  const shape = LINE.exec(line);
  const key = shape && readKey(shape[1]);
  if (key) return holdsKey(shape[2] || "") ? refused("several") : key;
  return misshapen(line, shape);
}

function refused(why, joined) {
  return { kind: "refused", why, joined };
}

// Return a key whose base64 is complete, canonical and that of an RSA key, else null.
function readKey(field) {
  const blob = decode(field);
  const strings = blob && readStrings(blob);
  if (!strings || String.fromCharCode(...strings[0]) !== "ssh-rsa") return null;
  return { kind: "key", field, blob, bits: bitLength(strings[2]) };
}

// Return the bytes of base64 that is written as an encoder writes it, else null.
function decode(field) {
  try {
    const octets = atob(field);
    return btoa(octets) === field ? Uint8Array.from(octets, (octet) => octet.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

// Return the three strings of RFC 4253, section 6.6, where a blob holds exactly those, else null.
function readStrings(blob) {
  const view = new DataView(blob.buffer);
  const strings = [];
  let end = 0;
  while (strings.length < 3) {
    if (end + 4 > blob.length) return null;
    const begin = end + 4;
    end = begin + view.getUint32(end);
    if (end > blob.length) return null;
    strings.push(blob.subarray(begin, end));
  }
  return end === blob.length ? strings : null;
}

function bitLength(octets) {
  const first = octets.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (octets.length - first - 1) * 8 + (32 - Math.clz32(octets[first]));
}

// Say whether there is another key in the comment of a line.
function holdsKey(comment) {
  return /AAAA|BEGIN/.test(comment) && (KEY_DATA.test(comment) || /-- ?BEGIN /.test(comment) || TYPED_KEY.test(comment));
}

// Say why a text is not the line of an RSA key, as far as a person needs it here.
function misshapen(line, shape) {
  if (/--[- ]*BEGIN SSH2 /i.test(line)) return refused("ssh2");
  if (/--[- ]*(?:BEGIN|END) /i.test(line)) return refused("pem");
  const typed = TYPED_KEY.exec(line);
  const word = typed ? typed[1].toLowerCase() : "";
  if (/-cert-v0[01]@/.test(word)) return refused("certificate");
  if (word && !/^(?:ssh-rsa|rsa-)/.test(word)) return refused("other-type");
  if ((line.match(/(?:ssh|ecdsa|sk)-[a-z0-9@.-]+[ \t]+AAAA/gi) || []).length > 1) return refused("several");
  const joined = join(line);
  if (joined) return refused("wrapped", joined);
  if (/^(?:SHA256:|MD5:|(?:[0-9a-f]{2}:){15})/i.test(line)) return refused("fingerprint");
  if (/^[^\s]*[\\/][^\r\n]*$|^\S+\.pub$/.test(line) && !line.includes("AAAA")) return refused("path");
  return refused(shape ? "damaged" : "not-a-key");
}

// Return the one line that broken pieces make, where the lengths inside the data leave no doubt, else "".
function join(line) {
  const [type, ...pieces] = line.split(/[ \t\r\n]+/);
  if (type !== "ssh-rsa") return "";
  let field = "";
  for (const piece of pieces.slice(0, 500)) {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(piece)) return "";
    field += piece;
    if (readKey(field)) return `ssh-rsa ${field}`;
  }
  return "";
}
