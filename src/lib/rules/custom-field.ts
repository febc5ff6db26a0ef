import { text } from "../text/index.ts";
import { firstOf, type Rule } from "./rule.ts";

/** What rules read of a custom field. */
interface CustomFieldState {
  readonly name: string;
  /** a column can have the name: it can be a header, and no column has it yet */
  readonly isFree: boolean;
}

/** A custom field of users is named so that a column of a file and `--custom NAME=VALUE` can name it (ours). */
export const customFieldName: Rule<CustomFieldState> = {
  name: "custom-field-name",
  of: "custom_field",
  on: ["create", "edit"],
  fields: ["name", "isFree"],
  judge: ({ after }) => {
    if (after === undefined) return [];
    const { name, isFree } = after;
    return firstOf([
      [
        name.trim() !== name,
        { what: text(`the name has blanks at its ends: "${name}"`, `項目名「${name}」の前後に空白があります`) },
      ],
      [
        name.includes("="),
        {
          what: text(
            "a custom field cannot have = in its name: no --custom NAME=VALUE could set it (ours)",
            "項目名に「=」は使えません。--custom 項目名=値 で指定できなくなります(clomoctl 独自の規則)",
          ),
        },
      ],
      [
        !isFree,
        {
          what: text(
            `a column cannot be named ${name}: the name is taken or cannot be a header`,
            `列名「${name}」は使われているか、列名にできません`,
          ),
        },
      ],
    ]).map((problem) => ({ field: "name", ...problem }));
  },
};
