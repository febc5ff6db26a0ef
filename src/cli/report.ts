import { formatPlaceholder, toFlagName, type CommandSyntax } from "../commands/kit/field.ts";
import { toPermissionFailure, toDiskFailure, Failure, unwrapSuppressed } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";

const VERBOSE_HINT = text(
  "run the command again with --verbose to see where the error occurred",
  "--verbose を付けてもう一度実行すると、エラーの発生箇所が表示されます",
);

export function asFailure(thrown: unknown): Failure {
  const { first: error } = unwrapSuppressed(thrown);
  if (error instanceof Failure) return error;
  const explained = toDiskFailure(error) ?? toPermissionFailure(error);
  if (explained !== undefined) return explained;
  const reason = error instanceof Error ? error.message : String(error);
  const what = text(`unexpected error: ${reason}`, `予期しないエラーです: ${reason}`);
  return new Failure("unexpected", { what, hint: VERBOSE_HINT, cause: error });
}

/** In a tenant's failure, replaces the name of an API field with the option or argument that the user typed. */
export const nameOption = (
  failure: Failure,
  { options, args }: CommandSyntax,
  input: Readonly<Record<string, unknown>>,
): Failure => {
  const [, key = ""] = /^(?:json|query)\.(\w+)(?:\.\d+)?$/.exec(failure.where ?? "") ?? [];
  const fields = { ...options, ...args };
  const names = [key, `${key}File`, key.replace(/(?:At|s)$/, "")].filter((name) => name in fields);
  if (names.length === 0) return failure;
  const [typed] = names.flatMap((name) => {
    const { [name]: field } = fields;
    if (field === undefined || input[name] === undefined) return [];
    return [name in options ? `--${toFlagName(name)}` : formatPlaceholder(name, field)];
  });
  return failure.with({ where: typed });
};
