import { createWorkbookTooLargeFailure } from "./workbook-failures.ts";
import { scanXml, unescapeXml, type XmlHandler } from "./xml.ts";

const MAX_RAW_CHARACTERS = 1024 * 1024;

/** Matches escapes such as `_x000D_`, which replace characters that XML forbids. @see ECMA-376 part 1, 22.9.2.19 */
const ESCAPE_SEQUENCE = /_x([0-9A-Fa-f]{4})_/g;

export class TextCollector {
  #raw = "";
  #takes = false;
  #isReading = false;

  open(name: string): void {
    if (name === "rPh") this.#isReading = true;
    else if (name === "t") this.#takes = !this.#isReading;
  }

  close(name: string): void {
    if (name === "rPh") this.#isReading = false;
    else if (name === "t") this.#takes = false;
  }

  text(raw: string): void {
    if (!this.#takes) return;
    this.#raw += raw;
    if (this.#raw.length > MAX_RAW_CHARACTERS) throw createWorkbookTooLargeFailure();
  }

  take(): string {
    const raw = this.#raw;
    this.#raw = "";
    return decodeCellText(raw);
  }
}

export const decodeCellText = (raw: string): string => {
  const text = unescapeXml(raw).replaceAll("\r\n", "\n");
  return text.includes("_x")
    ? text.replaceAll(ESCAPE_SEQUENCE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
};

/** Stores strings as UTF-8, because millions of JavaScript strings would take five times the memory. */
export class SharedStrings {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #ends = new Uint32Array(4096);
  #count = 0;
  #length = 0;

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    const most = text.length * 3;
    if (this.#length + most > this.#bytes.length) {
      const larger = Buffer.allocUnsafe((this.#length + most) * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length, "utf8");
    if (this.#count === this.#ends.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#ends[this.#count] = this.#length;
    this.#count += 1;
  }

  at(index: number): string | undefined {
    const end = index < this.#count ? this.#ends[index] : undefined;
    if (end === undefined) return undefined;
    return this.#bytes.toString("utf8", index === 0 ? 0 : this.#ends[index - 1], end);
  }
}

/** @param most maximum number of strings @throws `input-rejected` */
export async function readSharedStrings(
  bytes: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): Promise<SharedStrings> {
  const strings = new SharedStrings();
  const gatherer = new TextCollector();
  const handler: XmlHandler = {
    open: (name) => gatherer.open(name),
    text: (raw) => gatherer.text(raw),
    close(name) {
      gatherer.close(name);
      if (name === "si") strings.add(gatherer.take());
    },
  };
  await scanXml(bytes, handler, () => strings.count >= most);
  return strings;
}
