import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Language, Text } from "../../src/lib/text/index.ts";

interface LanguageWords {
  readonly must: readonly string[];
  readonly mustNot: readonly string[];
}

interface StepWords extends Readonly<Record<Language, LanguageWords>> {
  readonly id: string;
  /** lines of the manual, such as `003:5-7, 002:9` */
  readonly seed?: string;
  readonly source?: string;
  readonly elsewhere?: readonly string[];
  readonly when?: readonly string[];
  readonly both?: readonly string[];
}

/** The words of all guides, as `guides/words.yaml` explains them. */
interface GuideWords {
  readonly sense: Readonly<Record<Language, readonly string[]>>;
  readonly guides: Readonly<Record<string, readonly StepWords[]>>;
  /** by place in the program; one string if both languages are the same */
  readonly texts: Readonly<Record<string, Text | string>>;
}

const FILE = join(import.meta.dirname, "..", "..", "guides", "words.yaml");

export const GUIDE_WORDS = parse(readFileSync(FILE, "utf8")) as GuideWords;
