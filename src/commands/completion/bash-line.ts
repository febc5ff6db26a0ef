/** The quote that is open at the cut in a bash word; empty if none is open. */
type OpenQuote = "" | "'" | '"';

export interface BashLine {
  /** the words before the last one, unquoted, beginning with the program's name */
  readonly words: readonly string[];
  /** the last word, unquoted; may be empty */
  readonly current: string;
  readonly quote: OpenQuote;
  /** number of characters of `current` before the part that bash replaces */
  readonly kept: number;
}

/** The only characters that a backslash escapes within double quotes. */
const ESCAPED_IN_QUOTES = '"\\$`\n';

const WORD_SEPARATORS = " \t\n";

/** Word breaks that bash replaces with the text after them, because host names (@) and variables ($) begin there. */
const REPLACED_BREAKS = "@$";

class BashReader {
  readonly #breaks: string;
  readonly words: string[] = [];
  #word: string | undefined;
  #quote: OpenQuote = "";
  #kept = 0;

  constructor(breaks: string) {
    this.#breaks = breaks;
  }

  read(line: string): BashLine {
    for (let at = 0; at < line.length; at += 1) {
      const isEscape = line[at] === "\\" && this.#quote !== "'";
      if (isEscape) this.#escaped(line[(at += 1)]);
      else this.#plain(line[at] ?? "");
    }
    return { words: this.words, current: this.#word ?? "", quote: this.#quote, kept: this.#kept };
  }

  #add(characters: string): void {
    this.#word = (this.#word ?? "") + characters;
  }

  #escaped(character: string | undefined): void {
    const isKept = this.#quote === '"' && character !== undefined && !ESCAPED_IN_QUOTES.includes(character);
    this.#add((isKept ? "\\" : "") + (character ?? ""));
  }

  #plain(character: string): void {
    if (this.#quote === character) this.#close();
    else if (this.#quote !== "") this.#add(character);
    else if (character === "'" || character === '"') {
      this.#quote = character;
      this.#add("");
      this.#break();
    } else if (WORD_SEPARATORS.includes(character)) this.#end();
    else {
      const isBreak = this.#breaks.includes(character);
      if (isBreak && REPLACED_BREAKS.includes(character)) this.#break();
      this.#add(character);
      if (isBreak && !REPLACED_BREAKS.includes(character)) this.#break();
    }
  }

  #close(): void {
    this.#quote = "";
    this.#break();
  }

  /** marks the place where the part that bash replaces begins */
  #break(): void {
    this.#kept = this.#word?.length ?? 0;
  }

  #end(): void {
    if (this.#word !== undefined) this.words.push(this.#word);
    this.#word = undefined;
    this.#kept = 0;
  }
}

/**
 * Reads a line in the way bash does, as far as a single command needs it: quotes and backslashes, but no expansions.
 *
 * @param line the line up to the cursor
 * @param breaks COMP_WORDBREAKS: the characters at which the part that bash replaces begins, such as the `@` of an
 * address
 */
export const readBashLine = (line: string, breaks: string): BashLine => new BashReader(breaks).read(line);

const SPECIAL_CHARACTERS = /[^\p{L}\p{M}\p{N}_\-./:=@+,%]/gu;

/** Returns the text that replaces the last word, so that bash reads the whole as `value` and runs nothing in it. */
export function quoteForBash(value: string, { quote, kept }: BashLine): string {
  const rest = value.slice(kept);
  if (quote === "'") return rest.replaceAll("'", String.raw`'\''`);
  // within double quotes, an exclamation mark recalls an earlier line, even after a backslash
  if (quote === '"') return rest.replaceAll(/["\\$`]/g, String.raw`\$&`).replaceAll("!", `"'!'"`);
  return rest.replaceAll(SPECIAL_CHARACTERS, String.raw`\$&`);
}
