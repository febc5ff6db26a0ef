import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { describeProblem } from "../../lib/model/problem.ts";
import { describeRule, faultsOf, type Rule } from "../../lib/model/rules.ts";
import { readSecret, secretIn } from "../../lib/renewals/notify/secret.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { flagName } from "../field.ts";
import type { SwitchField, TextField } from "../field.ts";
import type { Tools } from "../tools.ts";

/** A secret that a command takes: never as the value of an option. */
export interface Secret<N extends string = string> {
  /** its option begins with it, in camelCase: `password` */
  readonly name: N;
  /** what the maker calls it */
  readonly called: string;
  readonly rule: Rule;
  /** what else it has to be, and what is wrong with one that is not */
  readonly further?: { readonly about: Text; readonly fault: (value: string) => Text | undefined } | undefined;
}

type SecretFields<N extends string> = Readonly<
  Record<`${N}File`, TextField> & Record<`${N}Stdin` | `${N}Prompt`, SwitchField>
>;

/** The options by which a secret is given: a file, stdin, or a question without echo. */
export const secretOptions = <N extends string>({ name, called }: Secret<N>): SecretFields<N> =>
  ({
    [`${name}File`]: {
      kind: "file",
      value: "FILE",
      about: text(
        `file with the ${called} alone, readable by you alone (- for stdin)`,
        `「${called}」だけを書いた、自分だけが読めるファイル(- は標準入力)`,
      ),
    },
    [`${name}Stdin`]: {
      kind: "boolean",
      about: text(`read the ${called} from stdin`, `「${called}」を標準入力から読む`),
    },
    [`${name}Prompt`]: {
      kind: "boolean",
      about: text(`ask for the ${called}, without showing it`, `「${called}」を画面に表示せずに尋ねる`),
    },
  }) as unknown as SecretFields<N>;

/** How a secret is given, by the options of {@link secretOptions}; undefined if it is not. */
export interface GivenSecret {
  readonly file: string | undefined;
  readonly stdin: boolean;
  readonly prompt: boolean;
}

const LONGEST = 64 * 1024;

/** Whether a secret is given, and takes stdin. @throws `usage` where it is given twice */
export const takesStdin = ({ name }: Secret, { file, stdin, prompt }: GivenSecret): boolean => {
  if ([file !== undefined, stdin, prompt].filter(Boolean).length > 1) {
    throw new Failure("usage", {
      what: text("a secret is given in one way", "機密情報の渡し方は 1 つだけ指定してください"),
      where: `--${flagName(name)}-…`,
    });
  }
  return stdin || file === "-";
};

/**
 * The secret itself, without the line end behind it; undefined if it is not given.
 *
 * @throws `input-rejected` where its file is not one that only its owner reads; `usage` when it is not possible to ask
 */
export async function secretOf(tools: Tools, secret: Secret, given: GivenSecret): Promise<string | undefined> {
  const { workingFolder: folder, machine } = tools;
  if (takesStdin(secret, given)) {
    const { bytes } = await readNamedFile(tools, "-", LONGEST);
    return secretIn(bytes, "stdin");
  }
  if (given.file !== undefined) {
    return readSecret({ file: given.file }, { environment: {}, folder, modes: machine.platform !== "win32" });
  }
  return given.prompt ? askedFor(tools, secret) : undefined;
}

/** Asks for a secret twice, as the console does: for both anew where they differ, as nobody sees which one is mistyped. */
async function askedFor({ terminal }: Pick<Tools, "terminal">, secret: Secret): Promise<string> {
  const { name, called, rule, further } = secret;
  const flag = `--${flagName(name)}-file FILE`;
  const about = further?.about ?? describeRule(rule);
  for (;;) {
    const typed = await terminal.prompts.secret({
      message: text(`${called} (${about.en}):`, `${called}(${about.ja}):`),
      flag,
      check: (value) => wrongIn(secret, value),
    });
    const again = await terminal.prompts.secret({ message: text(`${called} again:`, `${called}の確認:`), flag });
    if (again === typed) return typed;
    await terminal.warn(
      text("the two are not the same: type both again", "一致しません。もう一度 2 回とも入力してください"),
    );
  }
}

const wrongIn = ({ rule, further }: Secret, value: string): Text | undefined => {
  if (value === "") return text("it must not be blank", "空にできません");
  const [fault] = faultsOf(rule, value);
  return fault === undefined ? further?.fault(value) : describeProblem(fault);
};
