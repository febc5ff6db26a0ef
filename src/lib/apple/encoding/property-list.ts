/** Far more than a provisioning profile with all its devices, or a signing request, has. */
const MOST_CHARACTERS = 1024 * 1024;

/** Comment, CDATA, instruction, document type without declarations, tag, text: what XML is made of. */
const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[(?<raw>[^]*?)\]\]>|<\?[^]*?\?>|<!DOCTYPE[^>[]*>|<(?<close>\/?)(?<name>[A-Za-z]+)(?:\s[^<>]*?)?(?<empty>\/?)>|(?<text>[^<]+)/y;

const ENTITIES = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

interface Open {
  readonly name: string;
  text: string;
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
  if (xml.length > MOST_CHARACTERS) return undefined;
  const properties = new Map<string, string>();
  const open: Open[] = [];
  let [key, ended]: [string | undefined, boolean] = [undefined, false];
  const close = (name: string): boolean => {
    const element = open.pop();
    if (element?.name !== name) return false;
    // the root is `plist`, its only child `dict`
    if (open.length === 0) ended = name === "plist";
    if (open.length !== 2 || open[0]?.name !== "plist" || open[1]?.name !== "dict") return true;
    if (name !== "key" && key !== undefined) properties.set(key, element.text);
    key = name === "key" ? element.text : undefined;
    return true;
  };
  for (const { raw, name, close: closes, empty, text } of tokensOf(xml.replace(/^\uFEFF/, ""))) {
    const within = open.at(-1);
    if (within !== undefined) within.text += raw ?? (text === undefined ? "" : unescaped(text));
    if (name === undefined) continue;
    if (closes !== "/") open.push({ name, text: "" });
    if ((closes === "/" || empty === "/") && !close(name)) return undefined;
  }
  return ended ? properties : undefined;
}

/** The tokens of a document, until something comes that is none. */
function* tokensOf(xml: string): Generator<Readonly<Record<string, string | undefined>>> {
  const token = new RegExp(TOKEN);
  for (let found = token.exec(xml); found !== null; found = token.exec(xml)) yield found.groups ?? {};
}

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x(?<hex>[0-9A-Fa-f]{1,6})|#(?<decimal>\d{1,7})|(?<name>[a-z]+));/g, (whole, ...rest) => {
    const { hex, decimal, name = "" } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (hex === undefined && decimal === undefined) return ENTITIES.get(name) ?? whole;
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
