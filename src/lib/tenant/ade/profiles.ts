import { line } from "../../advice/index.ts";
import { AppleRefusal } from "../../apple/service/errors.ts";
import { wireProfile } from "../../apple/service/profile.ts";
import type { AdeProfile, AdeProfileWork } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import {
  ADE_PROFILE_SETTINGS,
  isKnownItem,
  RECOMMENDED,
  setupItemOf,
  type AdeProfileSettings,
} from "../../model/ade-profile.ts";
import { faultsOf, MAIL_ADDRESS } from "../../model/rules.ts";
import { typableName } from "../../text/shell-word.ts";
import { text, type Text } from "../../text/index.ts";
import { instant, newId } from "../ids.ts";
import type { Session } from "../session.ts";
import {
  deleteProfile as forgetProfile,
  disableProfile,
  insertProfile,
  readProfiles,
  withProfile,
} from "./profile-rows.ts";
import { contactApple } from "./contact.ts";
import { CONSOLE_STEPS, guardApple, type AppleAccess } from "./guard.ts";
import { beginWork, workOf } from "./assign.ts";
import { objectOf, profileNamed, sendInChunks } from "./sending.ts";

const LOCKS = ["ade"];

type ProfileValues = { readonly [K in keyof AdeProfileSettings]?: AdeProfileSettings[K] | undefined };

/** What is asked of a new profile. */
export interface NewProfile extends ProfileValues {
  /** the profile whose settings it has where nothing else is said */
  readonly from?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** A new profile, as it is or would be. */
export interface MadeProfile {
  readonly profile: AdeProfile;
  /** set-up items that are not in Apple's list, as it is known here: sent all the same */
  readonly unknownItems: string[];
  readonly dryRun: boolean;
}

/**
 * Makes a profile at Apple.
 *
 * @throws Failure `input-rejected` where a setting breaks its rule, or an active profile has its name, before anything is sent; `not-found` of another
 *   profile; as {@link contactApple}
 */
export const createProfile = async (
  session: Session,
  apple: AppleAccess,
  { from, dryRun = false, ...given }: NewProfile,
  signal?: AbortSignal,
): Promise<MadeProfile> => {
  const settings = await session.read(async (reader) => {
    await guardApple(reader, CONSOLE_STEPS.profile);
    const base = from === undefined ? undefined : settingsOf((await profileNamed(reader, from)).profile);
    const meant = meantSettings(base, given);
    const isTaken = (await readProfiles(reader)).some(
      ({ profile: { name, state } }) => name === meant.name && state === "active",
    );
    if (isTaken) throw nameTaken(meant.name);
    return meant;
  });
  const unknownItems = settings.skipItems.filter((item) => !isKnownItem(item));
  const at = instant(session.surroundings);
  const made = { id: newId(session.surroundings), uuid: "", settings, at };
  if (dryRun) return { profile: shownOf(made), unknownItems, dryRun };
  const { service } = await contactApple(session, apple, signal);
  const { profileUuid: uuid } = await service.defineProfile(wireProfile(settings));
  return session.change({ action: "ade.profiles.create", locks: LOCKS }, async (writer) => {
    await insertProfile(writer, { ...made, uuid });
    const profile = shownOf({ ...made, uuid });
    return { result: { profile, unknownItems, dryRun }, objects: [objectOf(profile)], after: profile };
  });
};

/** Apple allows it, but then neither could be named. */
const nameTaken = (name: string): Failure => {
  const command = line("ade profiles create", ["NAME"], { from: typableName(name, "ID") });
  return rejected(
    "name",
    text(`another profile is called ${name}`, `「${name}」という ADE プロファイルはすでにあります`),
    text(`give it another name: ${command}`, `別の名前を付けてください: ${command}`),
  );
};

const shownOf = ({ id, uuid, settings, at }: { id: string; uuid: string; settings: AdeProfileSettings; at: string }) =>
  ({ id, ...settings, uuid, state: "active", devices: 0, automatic: [], createdAt: at }) satisfies AdeProfile;

const settingsOf = (profile: AdeProfile): AdeProfileSettings =>
  Object.fromEntries(
    Object.keys(ADE_PROFILE_SETTINGS).map((name) => [name, profile[name as keyof AdeProfileSettings]]),
  ) as unknown as AdeProfileSettings;

/** @throws Failure `input-rejected` */
function meantSettings(base: AdeProfileSettings | undefined, given: Omit<NewProfile, "from" | "dryRun">) {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const written = { ...RECOMMENDED, name: "", url: "", ...base, ...said };
  const settings = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, value === "" && name in RECOMMENDED ? null : value]),
  ) as unknown as AdeProfileSettings;
  const skipItems = [...new Set(settings.skipItems.map((item) => setupItemOf(item)))];
  checkSettings({ ...settings, skipItems });
  return { ...settings, skipItems };
}

const rejected = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

function checkSettings(settings: AdeProfileSettings): void {
  for (const [name, field] of Object.entries(ADE_PROFILE_SETTINGS)) {
    const value = settings[name as keyof AdeProfileSettings];
    if (field.type !== "text" || typeof value !== "string") continue;
    if (value.length > field.longest || /[\0-\x1f\x7f]/.test(value) || !value.isWellFormed()) {
      const { label, longest } = field;
      throw rejected(
        name,
        text(`${label.en}: one line of at most ${longest} characters`, `${label.ja}は 1 行で、${longest} 文字までです`),
      );
    }
  }
  if (settings.name.trim() === "") throw rejected("name", text("a profile needs a name", "プロファイル名が必要です"));
  if (!isHttps(settings.url)) throw rejected("url", NOT_HTTPS, NO_URL);
  if (settings.webUrl !== null && !isHttps(settings.webUrl)) throw rejected("webUrl", NOT_HTTPS);
  if (!settings.removable && !settings.supervised) throw rejected("removable", ONLY_SUPERVISED, SUPERVISE);
  if (settings.supportMail !== null && faultsOf(MAIL_ADDRESS, settings.supportMail).length > 0) {
    throw rejected("supportMail", text("not a mail address", "メールアドレスではありません"));
  }
  const long = settings.skipItems.find((item) => !/^\w{1,64}$/.test(item));
  if (long !== undefined) {
    throw rejected(
      "skipItems",
      text(`${long} is no set-up item`, `「${long}」は設定項目ではありません`),
      text(
        `see ${line("ade profiles create", [], { help: true })}`,
        `${line("ade profiles create", [], { help: true })} を見てください`,
      ),
    );
  }
}

const isHttps = (url: string): boolean => URL.parse(url)?.protocol === "https:";

const NOT_HTTPS = text("not an address that begins with https://", "https:// で始まる URL ではありません");

const NO_URL = text(
  "clomoctl enrols nothing itself: name the server that does, by --url; a device whose URL does not answer stops at リモートマネージメント",
  "clomoctl 自体は登録を受け付けません。登録を受け付けるサーバーの URL を --url で指定してください。URL が応答しないと、デバイスはリモートマネージメントの画面で止まります",
);

/** @see facts 4.2 */
const ONLY_SUPERVISED = text(
  "the removal of the MDM profile can be forbidden only where devices are supervised",
  "MDM 構成プロファイル削除を許可しない設定は、監視対象モードのときだけ使えます",
);
const SUPERVISE = text(
  "--supervised yes, or --removable yes",
  "--supervised yes か --removable yes を指定してください",
);

/** A profile whose deletion was asked for, and how many devices lose it. */
interface ProfileDeletion {
  readonly confirmDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Takes a profile away from the devices that have it, and forgets it. Apple itself deletes no profiles.
 *
 * @throws Failure `not-found`; `input-rejected` where devices are not confirmed; as {@link contactApple}
 */
export const deleteProfile = async (
  session: Session,
  apple: AppleAccess,
  { id, ...deletion }: ProfileDeletion & { readonly id: string },
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await beginWork(session, CONSOLE_STEPS.profile, deletion, async (reader) => {
    const { profile } = await profileNamed(reader, id);
    return { profile, serials: await withProfile(reader, { by: "profile", uuid: profile.uuid }) };
  });
  const { profile, serials } = work;
  if (deletion.dryRun === true) return workOf(work, { dryRun: true });
  const sent = serials.length === 0 ? undefined : await sendInChunks(session, apple, { ...work, target: null }, signal);
  const left = [...(sent?.results.values() ?? [])].some((result) => result === "FAILED" || result === "THROTTLED");
  // what Apple did not take away still has it
  if (left) return workOf(work, { ...sent, dryRun: false });
  await session.change({ action: "ade.profiles.delete", locks: LOCKS }, async (writer) => {
    const { pk } = await profileNamed(writer, id);
    await forgetProfile(writer, pk);
    return { result: undefined, objects: [objectOf(profile)], before: profile };
  });
  return workOf(work, { ...sent, dryRun: false });
};

/** Asks Apple whether it still has a profile; one that it has not is disabled here. @throws Failure as {@link contactApple} */
export const checkProfile = async (
  session: Session,
  apple: AppleAccess,
  id: string,
  signal?: AbortSignal,
): Promise<AdeProfile> => {
  const { profile } = await session.read((reader) => profileNamed(reader, id));
  const { service } = await contactApple(session, apple, signal);
  try {
    await service.profile(profile.uuid);
  } catch (error) {
    if (!(error instanceof AppleRefusal) || error.apple !== "NO_SUCH_PROFILE") throw error;
    await markDisabled(session, id);
  }
  return session.read(async (reader) => (await profileNamed(reader, id)).profile);
};

/** Notes that Apple has disabled a profile. */
const markDisabled = (session: Session, id: string): Promise<void> =>
  session.change({ action: "ade.profiles.disabled", locks: LOCKS }, async (writer) => {
    const { pk, profile } = await profileNamed(writer, id);
    // one of another server is not disabled there
    if (profile.state !== "active") return { result: undefined, objects: [] };
    await disableProfile(writer, pk);
    return { result: undefined, objects: [objectOf(profile)] };
  });
