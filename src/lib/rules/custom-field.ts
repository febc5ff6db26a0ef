import { text } from "../text/index.ts";
import { takeFirstProblem, type Rule } from "./rule.ts";

interface CustomFieldState {
  readonly name: string;
  /** true if the name is valid as a column header and no other column has this name */
  readonly isFree: boolean;
}

/** The name of a custom user field must fit a column header and `--custom NAME=VALUE` (a clomoctl rule). */
export const customFieldNameRule: Rule<CustomFieldState> = {
  name: "custom-field-name",
  of: "custom_field",
  on: ["create", "edit"],
  fields: ["name", "isFree"],
  judge: ({ after }) => {
    if (after === undefined) return [];
    const { name, isFree } = after;
    return takeFirstProblem([
      [
        name.trim() !== name,
        {
          what: text(`the name begins or ends with a space: "${name}"`, `項目名「${name}」の前後に空白があります`),
        },
      ],
      [
        name.includes("="),
        {
          what: text(
            "the name of a custom field cannot contain =, because --custom NAME=VALUE could not set the field (a clomoctl rule)",
            "項目名に「=」は使えません。「=」があると、--custom 項目名=値 で指定できないためです(clomoctl 独自の規則)",
          ),
        },
      ],
      [
        !isFree,
        {
          what: text(
            `"${name}" cannot be a column name: another column has this name, or it is not a valid header`,
            `「${name}」は列名にできません(すでに使われているか、列名に使えない名前です)`,
          ),
        },
      ],
    ]).map((problem) => ({ field: "name", ...problem }));
  },
};
