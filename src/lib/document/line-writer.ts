import { escapeForPeople } from "../terminal/escape.ts";
import type { Language } from "../text/index.ts";
import type { Block, Fact, DisplayText } from "./blocks.ts";

/** Writes blocks as lines; the base of all line-based formats. */
export abstract class LineWriter {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  /** Returns a text on one line, with all deceptive characters made visible. */
  say(words: DisplayText): string {
    return escapeForPeople(typeof words === "string" ? words : words[this.#language]);
  }

  blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => {
      const lines = this.block(block);
      return lines.length === 0 ? [] : ["", ...lines];
    });
  }

  protected abstract block(block: Block): readonly string[];

  protected fact([label, value]: Fact): string {
    return `${this.say(label)}: ${this.say(value)}`;
  }
}
