import { line } from "../../../lib/advice/index.ts";
import type { Client } from "../../../lib/client/index.ts";
import { text } from "../../../lib/text/index.ts";
import { parseChangeNumber } from "./find.ts";

export const TASK_ARGUMENT = {
  kind: "string",
  value: "NUMBER|last",
  required: true,
  about: text(
    "number of the task (the number of the change that opened it), or `last` for your latest change",
    "作業の番号(作業のもとになった変更の番号)、または last(自分の最新の変更)",
  ),
} as const;

export const readTaskNumber = async (
  { console }: Pick<Client<"console">, "console">,
  typed: string,
): Promise<number> => {
  const number = parseChangeNumber(typed, line("console list", []));
  return number === "last" ? (await console.show("last")).number : number;
};
