import { SECURED_APPS } from "../../model/secured-user.ts";
import { getCurrentInstant } from "../ids.ts";
import type { Session } from "../session.ts";
import {
  writeListConfirmation,
  readAdministrators,
  readListConfirmation,
  type Administrator,
  type AdministratorKind,
  type ListConfirmation,
} from "./administrator-rows.ts";
import type { Reader, Writer } from "../store/store.ts";
import { checkFieldValue } from "../records/records.ts";

export interface Administrators extends ListConfirmation {
  readonly kind: AdministratorKind;
  readonly administrators: readonly Administrator[];
}

const KIND = { type: "choice", choices: ["users", ...SECURED_APPS] } as const;

export const readAdministratorList = async (reader: Reader, kind: AdministratorKind): Promise<Administrators> => {
  checkFieldValue("kind", KIND, kind);
  return {
    kind,
    ...(await readListConfirmation(reader, kind)),
    administrators: await readAdministrators(reader, kind),
  };
};

export const confirmList = ({ surroundings, actor }: Session, writer: Writer, kind: AdministratorKind): Promise<void> =>
  writeListConfirmation(writer, { kind, at: getCurrentInstant(surroundings), actor });

/** Records that those who are marked are all administrators. Exports of the console do not show administrators. */
export const confirmAdministrators = (session: Session, kind: AdministratorKind): Promise<Administrators> => {
  const locks = [kind === "users" ? "users" : `secured:${kind}`];
  return session.change({ action: "administrators.confirm", locks, once: true }, async (writer) => {
    await confirmList(session, writer, kind);
    return { result: await readAdministratorList(writer, kind), objects: [], detail: { kind } };
  });
};
