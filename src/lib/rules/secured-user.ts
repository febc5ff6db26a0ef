import { SECURED_FORMATS } from "../model/secured-formats.ts";
import { SECURED_USER, type SecuredApp } from "../model/secured-user.ts";
import { listEditableFields } from "../model/thing.ts";

/** Includes the fields that the app's files do not contain. */
export const listAppFields = (app: SecuredApp): readonly string[] => {
  const inFiles = SECURED_FORMATS[app].columns.map(({ sets }) => sets);
  return listEditableFields(SECURED_USER.fields)
    .filter(([name, { byHand }]) => byHand === true || inFiles.includes(name))
    .map(([name]) => name);
};
