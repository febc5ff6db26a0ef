import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../../src/lib/errors/index.ts";
import { same, text, type Language } from "../../../src/lib/text/index.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "./program.ts";
import { type Answers } from "./tenant.ts";

/** A text that stderr must contain. If it begins with `error: ` or `エラー: `, stderr must equal it. */
type Message = string;

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A command line that is refused in both languages, without output. */
interface Refusal extends Pick<Circumstances, "terminal" | "stdin" | "environment"> {
  readonly line: string | readonly string[];
  readonly exit: number;
  readonly en: Message | readonly Message[];
  /** default: the same as `en`, for a command or value that is the same in both languages */
  readonly ja?: Message | readonly Message[];
  /** responses of the tenant, each of which must be requested; if omitted, the tenant must not be opened */
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

/**
 * Tests that each line is refused as an invalid command line before the tenant is opened, and that stderr contains the
 * message.
 */
export const testWrongLines = (...lines: readonly (readonly [line: string, message?: string])[]): void =>
  test.each(lines.map(([line, message = ""]) => [line, message] as const))("%s is wrong", async (line, message) => {
    const { exit, stdout, stderr, requests } = await run(line);
    expect({ exit, stdout, requests }).toEqual({ exit: 2, stdout: "", requests: [] });
    expect(stderr).toContain(message);
  });

const EXIT_CODES = { "input-rejected": 3, "not-permitted": 4, locked: 5, "not-found": 6, unavailable: 7 } as const;

interface FailureCase extends Pick<Circumstances, "terminal" | "stdin"> {
  readonly line: string;
  readonly failing?: string;
  readonly code?: keyof typeof EXIT_CODES;
  /** responses to the requests before the failing operation */
  readonly tenant?: Answers;
  readonly files?: Files;
}

/** Tests that each command line fails with the tenant's failure, in both languages and without output. */
export const testTenantFailures = (...cases: readonly FailureCase[]): void =>
  test.each(cases.map((one) => [one.line, one.failing ?? "the tenant", one] as const))(
    "%s shows why %s fails",
    async (line, _, { failing, code = "input-rejected", tenant, files = {}, ...circumstances }) => {
      const failure = new Failure(code, { what: text("not now", "今は不可"), where: "S01", hint: same("wait") });
      const { en, ja } = await runInBoth(line, {
        ...circumstances,
        folder: createFolderWithFiles(files),
        tenant: failing === undefined ? failure : { ...tenant, [failing]: failure },
      });
      const exit = EXIT_CODES[code];
      expect(en).toMatchObject({ exit, stdout: "", stderr: "error: not now\n  S01\n  wait\n" });
      expect(ja).toMatchObject({ exit, stdout: "", stderr: "エラー: 今は不可\n  S01\n  wait\n" });
    },
  );
