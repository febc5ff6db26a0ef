import { Failure, redactSecrets } from "../errors/index.ts";
import { text, type Language } from "../text/index.ts";
import { foldLine, markCommands, paintCommands, toPlainCommands } from "./commands.ts";
import { escapeForPeople, escapeJson } from "../text/shell-word.ts";

export function renderFailureLines({ what, where, hint }: Failure, language: Language): readonly string[] {
  const place = language === "ja" ? where?.replace(/^stdin(?=$|:)/, "標準入力") : where;
  const lines = [what[language], place, hint?.[language]];
  return lines.filter((line) => line !== undefined).map((line) => escapeForPeople(redactSecrets(line)));
}

/** Renders one line. @see https://www.rfc-editor.org/rfc/rfc9457 */
export function renderFailureJson(
  failure: Failure & { readonly problems?: readonly unknown[] | undefined; readonly instance?: string | undefined },
  language: Language,
  named: (line: string) => string = (line) => toPlainCommands(line, {}),
): string {
  const { detail, hint, ...problem } = failure.toJSON();
  const { problems, instance } = failure;
  const [what, next] = [named(detail[language]), hint && named(hint[language])];
  const problemObject = { ...problem, detail: what, hint: next, instance, problems };
  return escapeJson(redactSecrets(JSON.stringify(problemObject)));
}

export interface ErrorStyle {
  readonly language: Language;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly columns?: number | undefined;
  readonly colour?: boolean | undefined;
}

export function getStackLines(error: unknown): string[] {
  if (error instanceof Failure || !(error instanceof Error)) return [];
  return (error.stack ?? "").split("\n").slice(1);
}

export function renderReport(
  failure: Failure,
  { language, json, verbose, columns = 0, colour = false }: ErrorStyle,
): string {
  const [what = "", ...rest] = renderFailureLines(failure, language);
  const stack = verbose ? getStackLines(failure.cause).map(escapeForPeople) : [];
  const label = text("error:", "エラー:")[language];
  const said = [`${label} ${what}`, ...rest.map((line) => `  ${line}`)];
  const shown = said.flatMap((line) => foldLine(markCommands(line, {}), columns));
  const lines = [...stack, ...shown.map((line) => paintCommands(line, colour))];
  return `${[...lines, ...(json ? [renderFailureJson(failure, language)] : [])].join("\n")}\n`;
}
