import type { AdeProfile } from "../../../contract/index.ts";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { findProfile, type StoredProfile } from "../../store/ade/profiles.ts";
import type { Reader } from "../../store/store.ts";

/** A profile. @throws Failure `not-found` */
export const profileNamed = async (reader: Reader, id: string): Promise<StoredProfile> => {
  const found = await findProfile(reader, id);
  if (found !== undefined) return found;
  throw new Failure("not-found", {
    what: text(`no ADE profile ${id}`, `ADE プロファイル ${id} はありません`),
    hint: text("see clomoctl ade profiles list", "確認: clomoctl ade profiles list"),
  });
};

/** What the audit calls a profile. */
export const objectOf = ({ id, name }: Pick<AdeProfile, "id" | "name">) => ({ thing: "ade_profile", id, name });
