import { damaged, tooLarge } from "./refusals.ts";

/** Receives the parts of an XML text. Names come without their prefix, text and attributes as they are written. */
export interface XmlHandler {
  open(name: string, attributes: string): void;
  /** also called for an element without content */
  close(name: string): void;
  text(raw: string): void;
}

/** Maximum length of one tag, in characters. */
const LONGEST_TAG = 64 * 1024;

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;

/**
 * Splits an XML text, given in pieces, into tags and text. A document type is refused: workbooks have none, and entities
 * are declared there.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #rest = "";

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** @throws Failure `input-rejected` if it is not XML in UTF-8 */
  write(bytes: Uint8Array): void {
    try {
      this.#rest += this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw damaged(cause);
    }
    this.#scan();
    if (this.#rest.length > LONGEST_TAG) throw tooLarge();
  }

  /** @throws Failure `input-rejected` if it ended inside a tag */
  end(): void {
    if (this.#rest.trim() !== "") throw damaged();
  }

  #scan(): void {
    const all = this.#rest;
    let at = 0;
    for (;;) {
      const less = all.indexOf("<", at);
      if (less !== at && at < all.length) this.#handler.text(less < 0 ? all.slice(at) : all.slice(at, less));
      if (less < 0) {
        this.#rest = "";
        return;
      }
      const end = this.#markup(all, less);
      if (end < 0) {
        this.#rest = all.slice(less);
        return;
      }
      at = end;
    }
  }

  /** Passes on what begins at a `<`. @returns where it ends; -1 if its end has not come yet */
  #markup(all: string, less: number): number {
    if (all.startsWith("<?", less)) return after(all, "?>", less);
    if (all.startsWith("<!", less)) {
      if (all.startsWith("<!--", less)) return after(all, "-->", less + 4);
      if (all.startsWith("<![CDATA[", less)) {
        const end = after(all, "]]>", less);
        if (end >= 0) this.#handler.text(all.slice(less + 9, end - 3).replaceAll("&", "&amp;"));
        return end;
      }
      if (all.length - less < "<![CDATA[".length) return -1;
      throw damaged();
    }
    const greater = endOfTag(all, less + 1);
    if (greater < 0) return -1;
    if (all.charCodeAt(less + 1) === SLASH) this.#handler.close(localName(all.slice(less + 2, greater).trim()));
    else this.#open(all, less + 1, greater);
    return greater + 1;
  }

  #open(all: string, from: number, greater: number): void {
    const isEmpty = all.charCodeAt(greater - 1) === SLASH;
    const to = isEmpty ? greater - 1 : greater;
    let nameEnd = from;
    let nameFrom = from;
    while (nameEnd < to) {
      const unit = all.charCodeAt(nameEnd);
      if (unit <= 0x20) break;
      nameEnd += 1;
      if (unit === COLON) nameFrom = nameEnd;
    }
    const name = all.slice(nameFrom, nameEnd);
    this.#handler.open(name, all.slice(nameEnd, to));
    if (isEmpty) this.#handler.close(name);
  }
}

const after = (all: string, mark: string, from: number): number => {
  const at = all.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
};

/** The `>` of a tag, outside of its quotes. */
const endOfTag = (all: string, from: number): number => {
  let quote = 0;
  for (let at = from; at < all.length; at += 1) {
    const unit = all.charCodeAt(at);
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === GREATER) return at;
    else if (unit === 0x22 || unit === 0x27) quote = unit;
    else if (unit === LESS) throw damaged();
  }
  return -1;
};

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

const character = (code: number): string => {
  if (!(code <= 0x10ffff)) throw damaged();
  return String.fromCodePoint(code);
};

/** The text that is written as `raw`. @throws Failure `input-rejected` if it names an entity that XML does not predefine */
export const unescaped = (raw: string): string =>
  raw.includes("&")
    ? raw.replaceAll(
        /&(?:#(?:x([0-9a-f]+)|(\d+))|(\w*));?/gi,
        (_, hex: string | undefined, decimal: string | undefined, name: string) => {
          if (hex !== undefined) return character(Number.parseInt(hex, 16));
          if (decimal !== undefined) return character(Number(decimal));
          const known = PREDEFINED.get(name);
          if (known === undefined) throw damaged();
          return known;
        },
      )
    : raw;

/** Finds the value of an attribute in what {@link XmlHandler.open} is given; undefined if it has none. */
export const attribute = (name: string): ((attributes: string) => string | undefined) => {
  const pattern = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
  return (attributes) => {
    const found = pattern.exec(attributes);
    return found === null ? undefined : unescaped(found[1] ?? found[2] ?? "");
  };
};

/** Whether an attribute is a true one of XML. */
export const isTrue = (value: string | undefined): boolean => value === "1" || value === "true";

/** Reads a whole text, or until there is enough of it. @throws Failure `input-rejected` */
export const scanXml = async (
  bytes: AsyncIterable<Uint8Array>,
  handler: Partial<XmlHandler>,
  isEnough = (): boolean => false,
): Promise<void> => {
  const scanner = new XmlScanner({
    open: (name, attributes) => handler.open?.(name, attributes),
    close: (name) => handler.close?.(name),
    text: (raw) => handler.text?.(raw),
  });
  for await (const chunk of bytes) {
    scanner.write(chunk);
    if (isEnough()) return;
  }
  scanner.end();
};
