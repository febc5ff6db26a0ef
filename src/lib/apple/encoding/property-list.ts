/** Maximum length of a document: far above provisioning profiles with all their devices, or signing requests. */
const MAX_CHARACTERS = 1024 * 1024;

/** Matches a token of XML: a comment, CDATA, an instruction, a document type without declarations, a tag or text. */
const TOKEN_PATTERN =
  /<!--(?<comment>[^]*?)-->|<!\[CDATA\[(?<raw>[^]*?)\]\]>|<\?(?<instruction>[A-Za-z][\w.-]*)(?:\s[^]*?)?\?>|(?<type><!DOCTYPE\s+plist(?:\s+(?:PUBLIC\s+"[\w /.-]*"|SYSTEM)\s+"[\w:/.-]*")?\s*>)|<(?<close>\/?)(?<name>[a-z]+)(?<attributes>(?:\s+[A-Za-z]+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;

/** Matches the XML declaration, which is allowed only at the very beginning. */
const XML_DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i;

/** Matches characters that XML forbids, and the replacement character for bytes that are not UTF-8. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd-\uffff]|\p{Surrogate}/u;

/** Matches what text must not contain: `]]>`, the end of a CDATA section, and `&` that does not begin an entity. */
const INVALID_TEXT = /\]\]>|&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/;

/** The elements of a property list that contain text, with the form of the text. */
const TEXT_PATTERNS: ReadonlyMap<string, RegExp> = new Map([
  ["key", /^/],
  ["string", /^/],
  ["data", /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/],
  ["date", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/],
  ["integer", /^(?:[-+]?\d+|0x[0-9A-Fa-f]+)$/],
  ["real", /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/],
  ["true", /^\s*$/],
  ["false", /^\s*$/],
]);

const CONTAINER_ELEMENTS: ReadonlySet<string> = new Set(["plist", "dict", "array"]);

const XML_ENTITIES = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

interface OpenElement {
  readonly name: string;
  text: string;
  /** in a dictionary: the key whose value has not been read yet */
  key?: string | undefined;
  /** in the root: true if its value has been read */
  isFilled?: boolean;
}

/**
 * Returns the texts, numbers and dates at the top level of an XML property list from an external source, as they are
 * written. Nested arrays and dictionaries are skipped. A document that declares entities is rejected. The time is
 * proportional to the length, and no recursion is used.
 *
 * Written by hand, because the XML parser that the package `plist` uses writes complaints about the input to the
 * console.
 *
 * @returns undefined if the text is not such a property list, is too long or is truncated
 * @see http://www.apple.com/DTDs/PropertyList-1.0.dtd
 */
export function parsePropertyList(xml: string): ReadonlyMap<string, string> | undefined {
  if (xml.length > MAX_CHARACTERS || FORBIDDEN_CHARACTERS.test(xml)) return undefined;
  const properties = new Map<string, string>();
  const open: OpenElement[] = [];
  let ended = false;
  let mayHaveType = true;
  for (const token of tokenize(xml.replace(/^\uFEFF/, "").replace(XML_DECLARATION, ""))) {
    if (token === undefined || isMalformed(token)) return undefined;
    const { raw, text, type, name, close, attributes = "", empty } = token;
    if (type !== undefined && !mayHaveType) return undefined;
    if (type !== undefined || name !== undefined) mayHaveType = false;
    const content = raw ?? (text === undefined ? "" : unescapeText(text));
    const within = open.at(-1);
    if (within !== undefined) within.text += content;
    else if (raw !== undefined || content.trim() !== "") return undefined;
    if (name === undefined) continue;
    const isEnd = close === "/";
    if ((attributes !== "" && (isEnd || name !== "plist")) || (isEnd && empty === "/")) return undefined;
    if (!isEnd && (ended || !canContain(within, name))) return undefined;
    if (!isEnd) open.push({ name, text: "" });
    if (!isEnd && empty !== "/") continue;
    const element = open.pop();
    if (element?.name !== name || !isComplete(element)) return undefined;
    const parent = open.at(-1);
    if (parent === undefined) ended = true;
    else if (parent.name === "plist") parent.isFilled = true;
    else if (parent.name === "dict" && name === "key") parent.key = element.text;
    else if (parent.name === "dict") {
      if (open.length === 2 && parent.key !== undefined) properties.set(parent.key, element.text);
      parent.key = undefined;
    }
  }
  return ended ? properties : undefined;
}

/** Returns true if an element may begin inside `parent`. The root is `plist`, and its only child is `dict`. */
function canContain(parent: OpenElement | undefined, name: string): boolean {
  if (parent === undefined) return name === "plist";
  if (parent.name === "plist") return name === "dict" && parent.isFilled !== true;
  if (name === "plist" || !(CONTAINER_ELEMENTS.has(name) || TEXT_PATTERNS.has(name))) return false;
  if (parent.name === "dict") return (parent.key === undefined) === (name === "key");
  return parent.name === "array" && name !== "key";
}

/** Returns true if an element that ends has the content that its name requires. */
function isComplete({ name, text, key, isFilled }: OpenElement): boolean {
  if (name === "plist" && isFilled !== true) return false;
  return CONTAINER_ELEMENTS.has(name)
    ? text.trim() === "" && key === undefined
    : TEXT_PATTERNS.get(name)?.test(text) === true;
}

/** Returns true if XML forbids the token: a malformed comment, invalid text, or a late XML declaration. */
const isMalformed = ({ comment, instruction, text }: XmlToken): boolean =>
  (comment !== undefined && (comment.includes("--") || comment.endsWith("-"))) ||
  instruction?.toLowerCase() === "xml" ||
  (text !== undefined && INVALID_TEXT.test(text));

type XmlToken = Readonly<Record<string, string | undefined>>;

/** Yields the tokens of a document. If the remaining text does not begin with a token, yields undefined and ends. */
function* tokenize(xml: string): Generator<XmlToken | undefined> {
  const token = new RegExp(TOKEN_PATTERN);
  let end = 0;
  for (let found = token.exec(xml); found !== null; found = token.exec(xml)) {
    end = token.lastIndex;
    yield found.groups ?? {};
  }
  if (end < xml.length) yield undefined;
}

const unescapeText = (text: string): string =>
  text.replaceAll(/&(?:#x(?<hex>[0-9A-Fa-f]{1,6})|#(?<decimal>\d{1,7})|(?<name>[a-z]+));/g, (whole, ...rest) => {
    const { hex, decimal, name = "" } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (hex === undefined && decimal === undefined) return XML_ENTITIES.get(name) ?? whole;
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
