import { tooLarge } from "./refusals.ts";
import { scanXml, unescaped, type XmlHandler } from "./xml.ts";

/** Maximum characters of a cell as they are written; Excel's own limit is 32,767 characters. */
const LONGEST_RAW = 1024 * 1024;

/** `_x000D_`, as characters that XML cannot hold are written. @see ECMA-376 part 1, 22.9.2.19 */
const ESCAPED = /_x([0-9A-Fa-f]{4})_/g;

/** Gathers the text of a cell or a shared string from its runs, without its furigana. */
export class TextGatherer {
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
    if (this.#raw.length > LONGEST_RAW) throw tooLarge();
  }

  /** The text since the last call. */
  take(): string {
    const raw = this.#raw;
    this.#raw = "";
    return cellText(raw);
  }
}

/** The text that is written as `raw` in a cell. */
export const cellText = (raw: string): string => {
  const text = unescaped(raw).replaceAll("\r\n", "\n");
  return text.includes("_x")
    ? text.replaceAll(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
};

/** The shared strings of a workbook, kept as UTF-8: millions of strings of JavaScript take five times the memory. */
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

  /** @returns undefined if there is no such string */
  at(index: number): string | undefined {
    const end = index < this.#count ? this.#ends[index] : undefined;
    if (end === undefined) return undefined;
    return this.#bytes.toString("utf8", index === 0 ? 0 : this.#ends[index - 1], end);
  }
}

/** @param most at least as many of the first ones are read @throws Failure `input-rejected` */
export async function readSharedStrings(
  bytes: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): Promise<SharedStrings> {
  const strings = new SharedStrings();
  const gatherer = new TextGatherer();
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
