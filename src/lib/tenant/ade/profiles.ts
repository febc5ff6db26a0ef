import { line } from "../../advice/index.ts";
import { AppleRefusal } from "../../apple/service/errors.ts";
import { toAppleProfile } from "../../apple/service/profile.ts";
import type { AdeProfile, AdeProfileWork } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import {
  ADE_PROFILE_SETTINGS,
  isKnownSetupItem,
  RECOMMENDED_SETTINGS,
  resolveSetupItem,
  type AdeProfileSettings,
} from "../../model/ade-profile.ts";
import { listRuleFaults, EMAIL_ADDRESS_RULE } from "../../model/rules.ts";
import { toTypableName } from "../../text/shell-word.ts";
import { text, type Text } from "../../text/index.ts";
import { getCurrentInstant, createId } from "../ids.ts";
import type { Session } from "../session.ts";
import {
  deleteProfile as forgetProfile,
  disableProfile,
  insertProfile,
  readProfiles,
  readSerialsWithProfile,
} from "./profile-rows.ts";
import { contactApple } from "./contact.ts";
import { CONSOLE_STEPS, requireAppleServer, type AppleAccess } from "./guard.ts";
import { prepareAssignment, toAdeProfileWork } from "./assign.ts";
import { toProfileObject, getStoredProfile, sendInChunks } from "./sending.ts";

const ADE_LOCKS = ["ade"];

type RequestedSettings = { readonly [K in keyof AdeProfileSettings]?: AdeProfileSettings[K] | undefined };

/** A request to create a profile. */
export interface NewProfile extends RequestedSettings {
  /** id of the profile from which settings that the request does not contain are copied */
  readonly from?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** A profile that was created, or that a dry run would create. */
export interface ProfileCreation {
  readonly profile: AdeProfile;
  /** setup items that are not in clomoctl's list of Apple's items; they are sent anyway */
  readonly unknownItems: string[];
  readonly dryRun: boolean;
}

/**
 * Creates a profile at Apple.
 *
 * @throws Failure before anything is sent: `input-rejected` if a setting is not valid or an active profile already has
 * the name, and `not-found` if the profile to copy does not exist; otherwise as described for {@link contactApple}
 */
export const createProfile = async (
  session: Session,
  apple: AppleAccess,
  { from, dryRun = false, ...given }: NewProfile,
  signal?: AbortSignal,
): Promise<ProfileCreation> => {
  const settings = await session.read(async (reader) => {
    await requireAppleServer(reader, CONSOLE_STEPS.profile);
    const base = from === undefined ? undefined : settingsOf((await getStoredProfile(reader, from)).profile);
    const meant = resolveSettings(base, given);
    const isTaken = (await readProfiles(reader)).some(
      ({ profile: { name, state } }) => name === meant.name && state === "active",
    );
    if (isTaken) throw createNameTakenFailure(meant.name);
    return meant;
  });
  const unknownItems = settings.skipItems.filter((item) => !isKnownSetupItem(item));
  const at = getCurrentInstant(session.surroundings);
  const made = { id: createId(session.surroundings), uuid: "", settings, at };
  if (dryRun) return { profile: toNewAdeProfile(made), unknownItems, dryRun };
  const { service } = await contactApple(session, apple, signal);
  const { profileUuid: uuid } = await service.defineProfile(toAppleProfile(settings));
  return session.change({ action: "ade.profiles.create", locks: ADE_LOCKS }, async (writer) => {
    await insertProfile(writer, { ...made, uuid });
    const profile = toNewAdeProfile({ ...made, uuid });
    return { result: { profile, unknownItems, dryRun }, objects: [toProfileObject(profile)], after: profile };
  });
};

/**
 * Returns the failure for a profile name that is already used. Apple allows duplicate names, but commands could then
 * not identify a profile by its name.
 */
const createNameTakenFailure = (name: string): Failure => {
  const command = line("ade profiles create", ["NAME"], { from: toTypableName(name, "ID") });
  return createRejectedSettingFailure(
    "name",
    text(`the ADE profile "${name}" already exists`, `「${name}」という ADE プロファイルはすでにあります`),
    text(`choose another name: ${command}`, `別の名前を付けてください: ${command}`),
  );
};

const toNewAdeProfile = ({
  id,
  uuid,
  settings,
  at,
}: {
  id: string;
  uuid: string;
  settings: AdeProfileSettings;
  at: string;
}) => ({ id, ...settings, uuid, state: "active", devices: 0, automatic: [], createdAt: at }) satisfies AdeProfile;

const settingsOf = (profile: AdeProfile): AdeProfileSettings =>
  Object.fromEntries(
    Object.keys(ADE_PROFILE_SETTINGS).map((name) => [name, profile[name as keyof AdeProfileSettings]]),
  ) as unknown as AdeProfileSettings;

/**
 * Returns the settings of a new profile. A setting comes from the request, otherwise from the copied profile, otherwise
 * from the recommended values. @throws Failure `input-rejected` if a setting is not valid
 */
function resolveSettings(base: AdeProfileSettings | undefined, given: Omit<NewProfile, "from" | "dryRun">) {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const written = { ...RECOMMENDED_SETTINGS, name: "", url: "", ...base, ...said };
  const settings = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, value === "" && name in RECOMMENDED_SETTINGS ? null : value]),
  ) as unknown as AdeProfileSettings;
  const skipItems = [...new Set(settings.skipItems.map((item) => resolveSetupItem(item)))];
  checkSettings({ ...settings, skipItems });
  return { ...settings, skipItems };
}

const createRejectedSettingFailure = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

function checkSettings(settings: AdeProfileSettings): void {
  for (const [name, field] of Object.entries(ADE_PROFILE_SETTINGS)) {
    const value = settings[name as keyof AdeProfileSettings];
    if (field.type !== "text" || typeof value !== "string") continue;
    if (value.length > field.longest || /[\0-\x1f\x7f]/.test(value) || !value.isWellFormed()) {
      const { label, longest } = field;
      throw createRejectedSettingFailure(
        name,
        text(
          `${label.en} must be a single line of at most ${longest} characters`,
          `${label.ja}は 1 行、${longest} 文字以内で指定してください`,
        ),
      );
    }
  }
  if (settings.name.trim() === "")
    throw createRejectedSettingFailure("name", text("the profile name is missing", "プロファイル名が必要です"));
  if (!isHttps(settings.url)) throw createRejectedSettingFailure("url", HTTPS_URL_REQUIRED, ENROLMENT_URL_HINT);
  if (settings.webUrl !== null && !isHttps(settings.webUrl))
    throw createRejectedSettingFailure("webUrl", HTTPS_URL_REQUIRED);
  if (!settings.removable && !settings.supervised)
    throw createRejectedSettingFailure("removable", SUPERVISION_REQUIRED, SUPERVISION_HINT);
  if (settings.supportMail !== null && listRuleFaults(EMAIL_ADDRESS_RULE, settings.supportMail).length > 0) {
    throw createRejectedSettingFailure(
      "supportMail",
      text("not a valid email address", "メールアドレスではありません"),
    );
  }
  const long = settings.skipItems.find((item) => !/^\w{1,64}$/.test(item));
  if (long !== undefined) {
    throw createRejectedSettingFailure(
      "skipItems",
      text(`"${long}" is not a valid setup item`, `「${long}」は設定項目として正しくありません`),
      text(
        `for the setup items, see ${line("ade profiles create", [], { help: true })}`,
        `設定項目については ${line("ade profiles create", [], { help: true })} を見てください`,
      ),
    );
  }
}

const isHttps = (url: string): boolean => URL.parse(url)?.protocol === "https:";

const HTTPS_URL_REQUIRED = text("must be a URL that begins with https://", "https:// で始まる URL を指定してください");

const ENROLMENT_URL_HINT = text(
  "clomoctl itself does not enrol devices: specify the URL of the enrolment server with --url. If the URL does not respond, devices stop at the screen 「リモートマネージメント」",
  "clomoctl 自体は登録を受け付けません。登録を受け付けるサーバーの URL を --url で指定してください。URL が応答しないと、デバイスは「リモートマネージメント」の画面で止まります",
);

/** The failure text if the MDM profile cannot be removed from unsupervised devices.  @see facts 4.2 */
const SUPERVISION_REQUIRED = text(
  "the MDM profile can be made non-removable only if devices are supervised",
  "MDM 構成プロファイルの削除を禁止できるのは、監視対象モードのときだけです",
);
const SUPERVISION_HINT = text(
  "specify --supervised yes or --removable yes",
  "--supervised yes か --removable yes を指定してください",
);

/** Options for deleting a profile. `confirmDevices` is the confirmed number of devices that lose the profile. */
interface ProfileDeletionOptions {
  readonly confirmDevices?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Removes a profile from the devices that have it, then deletes clomoctl's record of the profile. Apple does not
 * provide a request for deleting a profile.
 *
 * @throws Failure `not-found`; `input-rejected` if the number of devices is not confirmed; as described for
 * {@link contactApple}
 */
export const deleteProfile = async (
  session: Session,
  apple: AppleAccess,
  { id, ...deletion }: ProfileDeletionOptions & { readonly id: string },
  signal?: AbortSignal,
): Promise<AdeProfileWork> => {
  const work = await prepareAssignment(session, CONSOLE_STEPS.profile, deletion, async (reader) => {
    const { profile } = await getStoredProfile(reader, id);
    return { profile, serials: await readSerialsWithProfile(reader, { by: "profile", uuid: profile.uuid }) };
  });
  const { profile, serials } = work;
  if (deletion.dryRun === true) return toAdeProfileWork(work, { dryRun: true });
  const sent = serials.length === 0 ? undefined : await sendInChunks(session, apple, { ...work, target: null }, signal);
  const left = [...(sent?.results.values() ?? [])].some((result) => result === "FAILED" || result === "THROTTLED");
  // keep the record, because some devices still have the profile: Apple did not remove it from them
  if (left) return toAdeProfileWork(work, { ...sent, dryRun: false });
  await session.change({ action: "ade.profiles.delete", locks: ADE_LOCKS }, async (writer) => {
    const { pk } = await getStoredProfile(writer, id);
    await forgetProfile(writer, pk);
    return { result: undefined, objects: [toProfileObject(profile)], before: profile };
  });
  return toAdeProfileWork(work, { ...sent, dryRun: false });
};

/**
 * Asks Apple for a profile. If Apple does not have the profile, marks it as disabled. @throws Failure as described for
 * {@link contactApple}
 */
export const checkProfile = async (
  session: Session,
  apple: AppleAccess,
  id: string,
  signal?: AbortSignal,
): Promise<AdeProfile> => {
  const { profile } = await session.read((reader) => getStoredProfile(reader, id));
  const { service } = await contactApple(session, apple, signal);
  try {
    await service.profile(profile.uuid);
  } catch (error) {
    if (!(error instanceof AppleRefusal) || error.apple !== "NO_SUCH_PROFILE") throw error;
    await markProfileDisabled(session, id);
  }
  return session.read(async (reader) => (await getStoredProfile(reader, id)).profile);
};

/** Records that Apple has disabled a profile. */
const markProfileDisabled = (session: Session, id: string): Promise<void> =>
  session.change({ action: "ade.profiles.disabled", locks: ADE_LOCKS }, async (writer) => {
    const { pk, profile } = await getStoredProfile(writer, id);
    // a profile that was created at another MDM server is not disabled; it is only unknown at this server
    if (profile.state !== "active") return { result: undefined, objects: [] };
    await disableProfile(writer, pk);
    return { result: undefined, objects: [toProfileObject(profile)] };
  });
