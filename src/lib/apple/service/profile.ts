import type { AdeProfileSettings } from "../../model/ade-profile.ts";
import type { JsonObject } from "../answer.ts";

/** Converts profile settings to Apple's format. Leaves out settings without a value. @see apple 3 (Profile) */
export function toAppleProfile(settings: AdeProfileSettings): JsonObject {
  const members: Readonly<Record<string, unknown>> = {
    profile_name: settings.name,
    url: settings.url,
    is_supervised: settings.supervised,
    is_mdm_removable: settings.removable,
    allow_pairing: settings.pairing,
    is_mandatory: settings.mandatory,
    is_multi_user: settings.sharedIpad,
    await_device_configured: settings.awaitConfigured,
    auto_advance_setup: settings.autoAdvance,
    skip_setup_items: settings.skipItems,
    department: settings.department,
    support_phone_number: settings.supportPhone,
    support_email_address: settings.supportMail,
    configuration_web_url: settings.webUrl,
    language: settings.language,
    region: settings.region,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
