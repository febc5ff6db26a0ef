const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Row and column of a place in the text of a well-formed CSV file, found by walking over the text. */
export class Place {
  readonly #delimiter: number;
  #inQuotes = false;
  #afterCr = false;
  /** counted from 1, the header */
  row = 1;
  /** counted from 1 */
  column = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Walks over the next piece of the text. */
  pass(text: string): this {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) this.#inQuotes = !this.#inQuotes;
      else if (!this.#inQuotes) this.#passOutsideQuotes(unit);
      this.#afterCr = unit === CR;
    }
    return this;
  }

  /** The place behind `text`, while this one stays. */
  behind(text: string): Place {
    const place = new Place(String.fromCharCode(this.#delimiter));
    place.#inQuotes = this.#inQuotes;
    place.#afterCr = this.#afterCr;
    place.row = this.row;
    place.column = this.column;
    return place.pass(text);
  }

  #passOutsideQuotes(unit: number): void {
    if (unit === this.#delimiter) this.column++;
    else if (unit === CR || (unit === LF && !this.#afterCr)) {
      this.row++;
      this.column = 1;
    }
  }
}
