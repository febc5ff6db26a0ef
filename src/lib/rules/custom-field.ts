import { text, type Text } from "../text/index.ts";

/** Checks that the name can be a header and a value of `--custom`. @param isFree true if no column has the name */
export const checkCustomFieldName = (name: string, isFree: boolean): Text | undefined => {
  if (name.trim() !== name)
    return text(`the name begins or ends with a space: "${name}"`, `項目名「${name}」の前後に空白があります`);
  if (name.includes("=")) {
    return text(
      "the name of a custom field cannot contain =, which ends the name in --custom NAME=VALUE (a clomoctl rule)",
      "項目名に「=」は使えません。--custom 項目名=値 の区切りに使うためです(clomoctl 独自の規則)",
    );
  }
  if (isFree) return undefined;
  return text(
    `"${name}" cannot be a column name: another column has this name, or it is not a valid header`,
    `「${name}」は列名にできません(すでに使われているか、列名に使えない名前です)`,
  );
};
