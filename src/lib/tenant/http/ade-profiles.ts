/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { readProfiles } from "../ade/profile-rows.ts";
import { assignProfile, setAutomaticProfile, unassignProfile } from "../ade/assign.ts";
import { checkProfile, createProfile, deleteProfile } from "../ade/profiles.ts";
import { CONSOLE_STEPS, refuseMirror } from "../ade/guard.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Handlers of ADE profiles. */
export default ({ session, apple }: TenantParts): Handlers<"profiles"> => ({
  list: () =>
    session.read(async (reader) => {
      await refuseMirror(reader, CONSOLE_STEPS.profile);
      return (await readProfiles(reader)).map(({ profile }) => profile);
    }),
  create: ({ body, signal }) => createProfile(session, apple, body, signal),
  check: ({ params: { id }, signal }) => checkProfile(session, apple, id, signal),
  assign: ({ params: { id }, body, signal }) => assignProfile(session, apple, { ...body, id }, signal),
  unassign: ({ body, signal }) => unassignProfile(session, apple, body, signal),
  automatic: ({ body }) => setAutomaticProfile(session, body),
  delete: ({ params: { id }, body, signal }) => deleteProfile(session, apple, { ...body, id }, signal),
});
