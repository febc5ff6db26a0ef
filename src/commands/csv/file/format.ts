import { FORMAT_NAMES } from "../../../lib/model/console-files.ts";
import { text } from "../../../lib/text/index.ts";
import type { ChoiceField } from "../../field.ts";

export const FORMAT_OPTION = {
  kind: "choice",
  choices: FORMAT_NAMES,
  value: "FORMAT",
  required: true,
  about: text("format of the file", "ファイルの形式"),
} as const satisfies ChoiceField;
