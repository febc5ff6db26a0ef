const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;

export class CsvPosition {
  #inQuotes = false;
  #afterCr = false;
  row = 1;
  column = 1;

  pass(text: string): this {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) this.#inQuotes = !this.#inQuotes;
      else if (!this.#inQuotes) this.#passOutsideQuotes(unit);
      this.#afterCr = unit === CR;
    }
    return this;
  }

  behind(text: string): CsvPosition {
    const place = new CsvPosition();
    place.#inQuotes = this.#inQuotes;
    place.#afterCr = this.#afterCr;
    place.row = this.row;
    place.column = this.column;
    return place.pass(text);
  }

  #passOutsideQuotes(unit: number): void {
    if (unit === COMMA) this.column++;
    else if (unit === CR || (unit === LF && !this.#afterCr)) {
      this.row++;
      this.column = 1;
    }
  }
}
