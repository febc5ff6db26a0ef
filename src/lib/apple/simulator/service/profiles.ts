import type { Ids } from "../ids.ts";
import { refuse } from "../messages.ts";

/** A profile that a server defined. */
export interface Profile {
  readonly uuid: string;
  /** number of the server */
  readonly server: number;
  /** what was defined, without the devices */
  readonly body: Readonly<Record<string, unknown>>;
  /** Apple's portal has disabled it: it is there no more, and devices keep it */
  readonly disabled: boolean;
}

type ProfileMembers = ReadonlyMap<string, unknown>;

const FLAGS = [
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

/** Texts that may be left out, their most characters, and the code of one that is too long or no text. @see apple 3 */
const TEXTS: readonly (readonly [name: string, most: number, code: string])[] = [
  ["department", 125, "DEPARTMENT_INVALID"],
  ["org_magic", 256, "MAGIC_INVALID"],
  ["support_email_address", 250, "SUPPORT_EMAIL_INVALID"],
  ["support_phone_number", 50, "SUPPORT_PHONE_INVALID"],
];

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.trim() !== "" && [...value].length <= most;

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === "";

function isAddress(value: unknown): boolean {
  return isText(value, 2000) && /^https?:$/.test(URL.parse(value)?.protocol ?? "");
}

/** @throws Refusal 400 with Apple's code, of the first that is wrong @see apple 3 */
function check(members: ProfileMembers): void {
  const [name, url] = [members.get("profile_name"), members.get("url")];
  if (isBlank(name)) throw refuse(400, "CONFIG_NAME_REQUIRED");
  if (!isText(name, 125)) throw refuse(400, "CONFIG_NAME_INVALID");
  if (isBlank(url)) throw refuse(400, "CONFIG_URL_REQUIRED");
  const webUrl = members.get("configuration_web_url");
  if (!isAddress(url) || (!isBlank(webUrl) && !isAddress(webUrl))) throw refuse(400, "CONFIG_URL_INVALID");
  for (const [field, most, code] of TEXTS) {
    const value = members.get(field);
    if (!isBlank(value) && !isText(value, most)) throw refuse(400, code);
  }
  const flags = FLAGS.map((flag) => members.get(flag)).filter((value) => value !== undefined);
  const keptForced = members.get("is_mdm_removable") === false && members.get("is_supervised") !== true;
  if (flags.some((value) => typeof value !== "boolean") || keptForced) throw refuse(400, "FLAGS_INVALID");
  const isLocale = (value: unknown, form: RegExp) => isBlank(value) || (typeof value === "string" && form.test(value));
  const [language, region] = [members.get("language"), members.get("region")];
  if (!isLocale(language, /^[a-z]{2,3}(?:-[A-Za-z]{2,8})?$/) || !isLocale(region, /^[A-Z]{2}$/)) {
    throw refuse(400, "LOCALE_INVALID");
  }
}

/** The profiles of all servers. */
export class Profiles {
  readonly #ids: Ids;
  readonly #profiles: Map<string, Profile>;

  constructor(ids: Ids, profiles: readonly Profile[] = []) {
    this.#ids = ids;
    this.#profiles = new Map(profiles.map((profile) => [profile.uuid, profile]));
  }

  /** Defines one. @throws Refusal 400 with Apple's code */
  define(server: number, members: ProfileMembers): Profile {
    check(members);
    const uuid = this.#ids.wide("profile", this.#profiles.size);
    const body = Object.fromEntries([...members].filter(([name]) => name !== "devices" && name !== "profile_uuid"));
    const profile = { uuid, server, body, disabled: false };
    this.#profiles.set(uuid, profile);
    return profile;
  }

  /** One by the id that a request names. @throws Refusal 400 where it names none, 404 where there is none */
  find(server: number, uuid: unknown): Profile {
    if (typeof uuid !== "string" || uuid === "") throw refuse(400, "PROFILE_UUID_REQUIRED");
    const profile = this.#profiles.get(uuid);
    if (profile === undefined || profile.server !== server || profile.disabled) throw refuse(404, "NOT_FOUND");
    return profile;
  }

  /** Disables one, as Apple does with those of an old server. @returns false where there is none */
  disable(uuid: string): boolean {
    const profile = this.#profiles.get(uuid);
    if (profile !== undefined) this.#profiles.set(uuid, { ...profile, disabled: true });
    return profile !== undefined;
  }

  /** For saving. */
  state(): readonly Profile[] {
    return [...this.#profiles.values()];
  }
}
