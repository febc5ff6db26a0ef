/** Far more than a provisioning profile with all its devices, or a signing request, has. */
const MAX_CHARACTERS = 1024 * 1024;

/** Comment, CDATA, instruction, document type without declarations, tag, text: what XML is made of. */
const TOKEN =
  /<!--(?<comment>[^]*?)-->|<!\[CDATA\[(?<raw>[^]*?)\]\]>|<\?(?<instruction>[A-Za-z][\w.-]*)(?:\s[^]*?)?\?>|(?<type><!DOCTYPE\s+plist(?:\s+(?:PUBLIC\s+"[\w /.-]*"|SYSTEM)\s+"[\w:/.-]*")?\s*>)|<(?<close>\/?)(?<name>[a-z]+)(?<attributes>(?:\s+[A-Za-z]+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;

/** How a document says what it is; only at its very start. */
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i;

/** What no XML has, and what stands for a byte that is no UTF-8. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd-\uffff]|\p{Surrogate}/u;

/** A `>` that would end a CDATA section, and an `&` that begins no entity. */
const NO_TEXT = /\]\]>|&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/;

/** The elements of a property list that have text, and what it has to be. */
const TEXTS: ReadonlyMap<string, RegExp> = new Map([
  ["key", /^/],
  ["string", /^/],
  ["data", /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/],
  ["date", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/],
  ["integer", /^(?:[-+]?\d+|0x[0-9A-Fa-f]+)$/],
  ["real", /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/],
  ["true", /^\s*$/],
  ["false", /^\s*$/],
]);

const CONTAINERS: ReadonlySet<string> = new Set(["plist", "dict", "array"]);

const ENTITIES = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

interface OpenElement {
  readonly name: string;
  text: string;
  /** of a dictionary: the key that waits for its value */
  key?: string | undefined;
  /** of the root: it has its value */
  isFilled?: boolean;
}

/**
 * The texts, numbers and dates at the top of an XML property list that came from outside, as they are written; arrays
 * and dictionaries inside it are passed over. Entities that a document declares are refused with it. It takes time in
 * proportion to its length, and no stack.
 *
 * Written by hand: the XML parser below the package `plist` writes what it dislikes of the input to the console.
 *
 * @returns undefined where it is no such list, is too long or is cut off
 * @see http://www.apple.com/DTDs/PropertyList-1.0.dtd
 */
export function propertiesOf(xml: string): ReadonlyMap<string, string> | undefined {
  if (xml.length > MAX_CHARACTERS || FORBIDDEN.test(xml)) return undefined;
  const properties = new Map<string, string>();
  const open: OpenElement[] = [];
  let ended = false;
  let mayHaveType = true;
  for (const token of tokensOf(xml.replace(/^\uFEFF/, "").replace(DECLARATION, ""))) {
    if (token === undefined || isOdd(token)) return undefined;
    const { raw, text, type, name, close, attributes = "", empty } = token;
    if (type !== undefined && !mayHaveType) return undefined;
    if (type !== undefined || name !== undefined) mayHaveType = false;
    const content = raw ?? (text === undefined ? "" : unescaped(text));
    const within = open.at(-1);
    if (within !== undefined) within.text += content;
    else if (raw !== undefined || content.trim() !== "") return undefined;
    if (name === undefined) continue;
    const isEnd = close === "/";
    if ((attributes !== "" && (isEnd || name !== "plist")) || (isEnd && empty === "/")) return undefined;
    if (!isEnd && (ended || !mayHold(within, name))) return undefined;
    if (!isEnd) open.push({ name, text: "" });
    if (!isEnd && empty !== "/") continue;
    const element = open.pop();
    if (element?.name !== name || !isWhole(element)) return undefined;
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

/** Whether an element may begin where it does. The root is `plist`, its only child `dict`. */
function mayHold(parent: OpenElement | undefined, name: string): boolean {
  if (parent === undefined) return name === "plist";
  if (parent.name === "plist") return name === "dict" && parent.isFilled !== true;
  if (name === "plist" || !(CONTAINERS.has(name) || TEXTS.has(name))) return false;
  if (parent.name === "dict") return (parent.key === undefined) === (name === "key");
  return parent.name === "array" && name !== "key";
}

/** Whether an element has what its name promises, now that it ends. */
function isWhole({ name, text, key, isFilled }: OpenElement): boolean {
  if (name === "plist" && isFilled !== true) return false;
  return CONTAINERS.has(name) ? text.trim() === "" && key === undefined : TEXTS.get(name)?.test(text) === true;
}

/** Whether XML has no such comment, text, or instruction after its start. */
const isOdd = ({ comment, instruction, text }: Token): boolean =>
  (comment !== undefined && (comment.includes("--") || comment.endsWith("-"))) ||
  instruction?.toLowerCase() === "xml" ||
  (text !== undefined && NO_TEXT.test(text));

type Token = Readonly<Record<string, string | undefined>>;

/** The tokens of a document; undefined at the end for something that is none. */
function* tokensOf(xml: string): Generator<Token | undefined> {
  const token = new RegExp(TOKEN);
  let end = 0;
  for (let found = token.exec(xml); found !== null; found = token.exec(xml)) {
    end = token.lastIndex;
    yield found.groups ?? {};
  }
  if (end < xml.length) yield undefined;
}

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x(?<hex>[0-9A-Fa-f]{1,6})|#(?<decimal>\d{1,7})|(?<name>[a-z]+));/g, (whole, ...rest) => {
    const { hex, decimal, name = "" } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (hex === undefined && decimal === undefined) return ENTITIES.get(name) ?? whole;
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
