import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Language } from "../../../src/lib/text/index.ts";
import { freshFolder, runInBoth, type Circumstances } from "./program.ts";
import { type Answers } from "./tenant.ts";

/** A text that stderr must contain. If the text begins with `error: ` or `エラー: `, stderr must equal the text. */
type Message = string;

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A command line that fails in both languages without output. */
interface Refusal extends Pick<Circumstances, "terminal" | "stdin" | "environment"> {
  readonly line: string | readonly string[];
  readonly exit: number;
  readonly en: Message | readonly Message[];
  /** default: the same as `en` */
  readonly ja?: Message | readonly Message[];
  /** responses of the tenant, all of which must be requested; if omitted, the tenant must not be opened */
  readonly tenant?: Answers;
  readonly files?: Files;
}

const ERROR_PREFIXES = { en: "error: ", ja: "エラー: " } as const satisfies Record<Language, string>;

const createMessageMatcher = (message: Message, language: Language): unknown =>
  message.startsWith(ERROR_PREFIXES[language]) ? message : expect.stringContaining(message);

function createFolderWithFiles(files: Files = {}): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

export const testRefusals = (...refusals: readonly Refusal[]): void =>
  test.each(refusals.map((refusal) => [[refusal.line].flat().join(" "), refusal] as const))(
    "%s is refused",
    async (_, { line, exit, en, ja = en, files, ...circumstances }) => {
      const ran = await runInBoth(line, { ...circumstances, folder: createFolderWithFiles(files) });
      for (const [language, messages] of [
        ["en", en],
        ["ja", ja],
      ] as const) {
        const { stderr, ...rest } = ran[language];
        expect(rest, language).toMatchObject({ exit, stdout: "" });
        for (const message of [messages].flat()) expect(stderr).toEqual(createMessageMatcher(message, language));
      }
    },
  );
