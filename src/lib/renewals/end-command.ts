import { line, type CommandLine } from "../advice/index.ts";
import { TYPES_BY_FORMAT, type PanelKind } from "../nouns/index.ts";
import type { RenewalItem } from "../nouns/renewal.ts";
import type { Fields } from "../model/thing.ts";

/** Returns the command that changes the end of a record, which is an item but is not recorded as one. */
export const buildEndCommand = ({ noun, key }: NonNullable<RenewalItem["record"]>): CommandLine => {
  const { collection, fields }: { readonly collection: PanelKind; readonly fields: Fields } =
    TYPES_BY_FORMAT[noun as PanelKind];
  const end = Object.keys(fields).find((name) => fields[name]?.ends !== undefined) ?? "";
  return line(`${collection} edit`, [key], { [end]: "DATE" });
};
