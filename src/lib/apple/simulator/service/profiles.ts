import type { SeededIds } from "../ids.ts";
import { createRefusal } from "../messages.ts";

/** A profile that a server defined. */
export interface Profile {
  readonly uuid: string;
  /** number of the server that defined the profile */
  readonly server: number;
  /** the profile as it was defined, without the list of devices */
  readonly body: Readonly<Record<string, unknown>>;
  /** true if Apple's portal has disabled the profile: it can no longer be used, but devices that have it keep it */
  readonly disabled: boolean;
}

type ProfileMembers = ReadonlyMap<string, unknown>;

const FLAG_MEMBERS = [
  "is_supervised",
  "is_mandatory",
  "is_mdm_removable",
  "is_multi_user",
  "await_device_configured",
  "auto_advance_setup",
  "allow_pairing",
  "do_not_use_profile_from_backup",
  "is_return_to_service",
];

/** Optional texts, each with its maximum in characters and the error code for invalid values.  @see apple 3 */
const OPTIONAL_TEXTS: readonly (readonly [name: string, most: number, code: string])[] = [
  ["department", 125, "DEPARTMENT_INVALID"],
  ["org_magic", 256, "MAGIC_INVALID"],
  ["support_email_address", 250, "SUPPORT_EMAIL_INVALID"],
  ["support_phone_number", 50, "SUPPORT_PHONE_INVALID"],
];

const isNonBlankText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.trim() !== "" && [...value].length <= most;

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === "";

function isHttpUrl(value: unknown): boolean {
  return isNonBlankText(value, 2000) && /^https?:$/.test(URL.parse(value)?.protocol ?? "");
}

/** Validates a profile.  @throws Refusal 400 with Apple's error code for the first invalid member  @see apple 3 */
function validateProfile(members: ProfileMembers): void {
  const [name, url] = [members.get("profile_name"), members.get("url")];
  if (isBlank(name)) throw createRefusal(400, "CONFIG_NAME_REQUIRED");
  if (!isNonBlankText(name, 125)) throw createRefusal(400, "CONFIG_NAME_INVALID");
  if (isBlank(url)) throw createRefusal(400, "CONFIG_URL_REQUIRED");
  const webUrl = members.get("configuration_web_url");
  if (!isHttpUrl(url) || (!isBlank(webUrl) && !isHttpUrl(webUrl))) throw createRefusal(400, "CONFIG_URL_INVALID");
  for (const [field, most, code] of OPTIONAL_TEXTS) {
    const value = members.get(field);
    if (!isBlank(value) && !isNonBlankText(value, most)) throw createRefusal(400, code);
  }
  const flags = FLAG_MEMBERS.map((flag) => members.get(flag)).filter((value) => value !== undefined);
  const keptForced = members.get("is_mdm_removable") === false && members.get("is_supervised") !== true;
  if (flags.some((value) => typeof value !== "boolean") || keptForced) throw createRefusal(400, "FLAGS_INVALID");
  const isLocale = (value: unknown, form: RegExp) => isBlank(value) || (typeof value === "string" && form.test(value));
  const [language, region] = [members.get("language"), members.get("region")];
  if (!isLocale(language, /^[a-z]{2,3}(?:-[A-Za-z]{2,8})?$/) || !isLocale(region, /^[A-Z]{2}$/)) {
    throw createRefusal(400, "LOCALE_INVALID");
  }
}

/** The profiles of all servers. */
export class ProfileRegistry {
  readonly #ids: SeededIds;
  readonly #profiles: Map<string, Profile>;

  constructor(ids: SeededIds, profiles: readonly Profile[] = []) {
    this.#ids = ids;
    this.#profiles = new Map(profiles.map((profile) => [profile.uuid, profile]));
  }

  /** Defines a profile. @throws Refusal 400 with Apple's error code */
  define(server: number, members: ProfileMembers): Profile {
    validateProfile(members);
    const uuid = this.#ids.wide("profile", this.#profiles.size);
    const body = Object.fromEntries([...members].filter(([name]) => name !== "devices" && name !== "profile_uuid"));
    const profile = { uuid, server, body, disabled: false };
    this.#profiles.set(uuid, profile);
    return profile;
  }

  /** Returns the profile with the ID in a request.  @throws Refusal 400 if the ID is missing, 404 if it is unknown */
  find(server: number, uuid: unknown): Profile {
    if (typeof uuid !== "string" || uuid === "") throw createRefusal(400, "PROFILE_UUID_REQUIRED");
    const profile = this.#profiles.get(uuid);
    if (profile === undefined || profile.server !== server || profile.disabled) throw createRefusal(404, "NOT_FOUND");
    return profile;
  }

  /** Disables a profile, as Apple does with profiles of old servers. @returns false if the profile does not exist */
  disable(uuid: string): boolean {
    const profile = this.#profiles.get(uuid);
    if (profile !== undefined) this.#profiles.set(uuid, { ...profile, disabled: true });
    return profile !== undefined;
  }

  /** Returns all profiles, to be saved in the state of the simulator. */
  state(): readonly Profile[] {
    return [...this.#profiles.values()];
  }
}
