import { createDamagedWorkbookFailure, createWorkbookTooLargeFailure } from "./workbook-failures.ts";

export interface XmlHandler {
  open(name: string, attributes: string): void;
  close(name: string): void;
  text(raw: string): void;
}

const MAX_TAG_CHARACTERS = 64 * 1024;

const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const SLASH = 0x2f;
const COLON = 0x3a;

/** Scans XML. Rejects a document type declaration, because it could declare entities. */
export class XmlScanner {
  readonly #handler: Partial<XmlHandler>;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #rest = "";

  constructor(handler: Partial<XmlHandler>) {
    this.#handler = handler;
  }

  /** @throws `input-rejected` if the piece is not XML in UTF-8 */
  write(bytes: Uint8Array): void {
    try {
      this.#rest += this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw createDamagedWorkbookFailure(cause);
    }
    this.#scan();
    if (this.#rest.length > MAX_TAG_CHARACTERS) throw createWorkbookTooLargeFailure();
  }

  end(): void {
    if (this.#rest.trim() !== "") throw createDamagedWorkbookFailure();
  }

  #scan(): void {
    const all = this.#rest;
    let at = 0;
    for (;;) {
      const less = all.indexOf("<", at);
      if (less !== at && at < all.length) this.#handler.text?.(less < 0 ? all.slice(at) : all.slice(at, less));
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

  /** @returns the index after the markup; -1 if the markup ends in a later piece */
  #markup(all: string, less: number): number {
    if (all.startsWith("<?", less)) return findEndOfMark(all, "?>", less);
    if (all.startsWith("<!", less)) {
      if (all.startsWith("<!--", less)) return findEndOfMark(all, "-->", less + 4);
      if (all.startsWith("<![CDATA[", less)) {
        const end = findEndOfMark(all, "]]>", less);
        if (end >= 0) this.#handler.text?.(all.slice(less + 9, end - 3).replaceAll("&", "&amp;"));
        return end;
      }
      if (all.length - less < "<![CDATA[".length) return -1;
      throw createDamagedWorkbookFailure();
    }
    const greater = findTagEnd(all, less + 1);
    if (greater < 0) return -1;
    if (all.charCodeAt(less + 1) === SLASH) this.#handler.close?.(toLocalName(all.slice(less + 2, greater).trim()));
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
    this.#handler.open?.(name, all.slice(nameEnd, to));
    if (isEmpty) this.#handler.close?.(name);
  }
}

const findEndOfMark = (all: string, mark: string, from: number): number => {
  const at = all.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
};

const findTagEnd = (all: string, from: number): number => {
  let quote = 0;
  for (let at = from; at < all.length; at += 1) {
    const unit = all.charCodeAt(at);
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === GREATER_THAN) return at;
    else if (unit === 0x22 || unit === 0x27) quote = unit;
    else if (unit === LESS_THAN) throw createDamagedWorkbookFailure();
  }
  return -1;
};

const toLocalName = (name: string): string => name.slice(name.indexOf(":") + 1);

const PREDEFINED_ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

const decodeCharacter = (code: number): string => {
  if (!(code <= 0x10ffff)) throw createDamagedWorkbookFailure();
  return String.fromCodePoint(code);
};

/** @throws `input-rejected` for entities that XML does not predefine */
export const unescapeXml = (raw: string): string =>
  raw.includes("&")
    ? raw.replaceAll(
        /&(?:#(?:x([0-9a-f]+)|(\d+))|(\w*));?/gi,
        (_, hex: string | undefined, decimal: string | undefined, name: string) => {
          if (hex !== undefined) return decodeCharacter(Number.parseInt(hex, 16));
          if (decimal !== undefined) return decodeCharacter(Number(decimal));
          const known = PREDEFINED_ENTITIES.get(name);
          if (known === undefined) throw createDamagedWorkbookFailure();
          return known;
        },
      )
    : raw;

export const createAttributeReader = (name: string): ((attributes: string) => string | undefined) => {
  const pattern = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
  return (attributes) => {
    const found = pattern.exec(attributes);
    return found === null ? undefined : unescapeXml(found[1] ?? found[2] ?? "");
  };
};

export const isXmlTrue = (value: string | undefined): boolean => value === "1" || value === "true";

/** Stops early if `isEnough` returns true. @throws `input-rejected` */
export const scanXml = async (
  bytes: AsyncIterable<Uint8Array>,
  handler: Partial<XmlHandler>,
  isEnough = (): boolean => false,
): Promise<void> => {
  const scanner = new XmlScanner(handler);
  for await (const chunk of bytes) {
    scanner.write(chunk);
    if (isEnough()) return;
  }
  scanner.end();
};
