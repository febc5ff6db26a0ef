import type { MovedUser, User } from "../../contract/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import type { USER } from "../../model/user.ts";
import type { Once, Session } from "../session.ts";
import { countOwned } from "../store/devices.ts";
import { USERS } from "../store/users.ts";
import { createRecord, editRecord, editRecords, type HandBody, type HandNoun, type Written } from "./records.ts";

/** PANEL users, as they are written by hand. */
const HAND_USERS: HandNoun<typeof USER.fields> = {
  list: USERS,
  kind: "users",
  collection: "users",
  series: "users",
  actions: "users",
  usual: { org: ROOT_ORG_ID },
  orgs: (record) => [(record as User).org.id],
};

/** @throws Failure `input-rejected` where a mail address or account name is taken; `not-found` where there is no such organisation */
export const createUser = (
  session: Session,
  body: HandBody,
  once?: Omit<Once<Written<User>>, "replay">,
): Promise<Written<User>> => createRecord(session, HAND_USERS, body, once);

export const editUser = (session: Session, id: string, body: HandBody): Promise<Written<User>> =>
  editRecord(session, HAND_USERS, id, body);

/** Moves users into an organisation, all of them or none; their devices are counted there. */
export const moveUsers = async (
  session: Session,
  {
    ids,
    org,
    dryRun,
  }: { readonly ids: readonly string[]; readonly org: string; readonly dryRun?: boolean | undefined },
  once?: Omit<Once<Written<User>[]>, "replay">,
): Promise<MovedUser[]> => {
  // read before, as what fails afterwards would not tell that they were moved
  const devices = await session.read((reader) => countOwned(reader, ids));
  const moved = await editRecords(session, HAND_USERS, ids, { org, dryRun }, { work: "move", once });
  return moved.map((one) => ({ ...one, devices: devices.get(one.after.id) ?? 0 }));
};
