import { Failure } from "../../../lib/errors/index.ts";
import { describeProblem } from "../../../lib/model/problem.ts";
import { getThingNoun } from "../../../lib/nouns/index.ts";
import { describeRule, listRuleFaults, type Rule } from "../../../lib/model/rules.ts";
import { readSecret } from "../../../lib/renewals/notify/secret.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineOption, defineSwitch, toFlagName, type SwitchField, type TextField } from "../field.ts";
import type { Tools } from "../tools.ts";

export interface Secret<N extends string = string> {
  /** start of the option names: `password` for `--password-file` */
  readonly name: N;
  /** name shown to users; in Japanese, the label in CLOMO */
  readonly called: Text;
  readonly rule: Rule;
  readonly further?: { readonly about: Text; readonly fault: (value: string) => Text | undefined } | undefined;
}

const defineSecretFile = ({ en, ja }: Text) =>
  defineOption(
    "file",
    "FILE",
    `file that contains only the ${en} and that only you can read (- for stdin)`,
    `${ja}だけを書いた、自分だけが読めるファイル(- は標準入力)`,
  );

export const PASSWORD_FILE_OPTION = defineSecretFile(text("password", "パスワード"));

type SecretOptions<N extends string> = Readonly<
  Record<`${N}File`, TextField> & Record<`${N}Stdin` | `${N}Prompt`, SwitchField>
>;

export const buildSecretOptions = <N extends string>({ name, called }: Secret<N>): SecretOptions<N> =>
  ({
    [`${name}File`]: defineSecretFile(called),
    [`${name}Stdin`]: defineSwitch(`read the ${called.en} from stdin`, `「${called.ja}」を標準入力から読む`),
    [`${name}Prompt`]: {
      kind: "boolean",
      about: text(
        `prompt for the ${called.en} without echoing it`,
        `「${called.ja}」の入力を求める(入力した文字は表示しない)`,
      ),
    },
  }) as unknown as SecretOptions<N>;

export interface SecretInput {
  readonly file: string | undefined;
  readonly stdin: boolean;
  readonly prompt: boolean;
}

const isSecretFromStdin = ({ name }: Secret, { file, stdin, prompt }: SecretInput): boolean => {
  if ([file !== undefined, stdin, prompt].filter(Boolean).length > 1) {
    throw new Failure("usage", {
      what: text("pass the secret in only one way", "パスワードなどの渡し方は 1 つだけ指定してください"),
      where: `--${toFlagName(name)}-…`,
    });
  }
  return stdin || file === "-";
};

type FileTools = Pick<Tools, "workingFolder" | "home" | "stdin">;

export const readSecretFile = (tools: FileTools, file: string): Promise<string> => {
  const { workingFolder: folder, home } = tools;
  return readSecret(file, { folder, userId: home.userId, stdin: () => tools.stdin });
};

export async function readSecretInput(tools: Tools, secret: Secret, given: SecretInput): Promise<string | undefined> {
  const file = isSecretFromStdin(secret, given) ? "-" : given.file;
  if (file !== undefined) return readSecretFile(tools, file);
  return given.prompt ? promptForSecret(tools, secret) : undefined;
}

/** Prompts twice, because the typed text is not shown. */
async function promptForSecret({ terminal }: Pick<Tools, "terminal">, secret: Secret): Promise<string> {
  const { name, called, rule, further } = secret;
  const flag = `--${toFlagName(name)}-file FILE`;
  const about = further?.about ?? describeRule(rule);
  for (;;) {
    const typed = await terminal.prompts.secret({
      message: text(`${called.en} (${about.en}):`, `${called.ja}(${about.ja}):`),
      flag,
      check: (value) => findSecretFault(secret, value),
    });
    const again = await terminal.prompts.secret({ message: text(`${called.en} again:`, `${called.ja}の確認:`), flag });
    if (again === typed) return typed;
    await terminal.warn(
      text("the entries do not match; type both again", "2 回の入力が一致しません。最初から入力し直してください"),
    );
  }
}

const findSecretFault = ({ rule, further }: Secret, value: string): Text | undefined => {
  if (value === "") return text("the value must not be blank", "空にできません");
  const [fault] = listRuleFaults(rule, value);
  return fault === undefined ? further?.fault(value) : describeProblem(fault, getThingNoun);
};
