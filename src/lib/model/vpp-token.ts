import { text } from "../text/index.ts";
import { ORG } from "./organisation.ts";
import type { Field, Fields, RecordOf, Thing } from "./thing.ts";

const defineNullableTextField = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const satisfies Field;

/**
 * The content token (VPP サービストークン) of an organisation. No field contains the token itself.
 *
 * @see facts 3.5: 全社 must have a token first; other organisations may have their own
 */
const FIELDS = {
  orgId: { ...ORG.fields.id, label: text("organisation ID", "組織 ID") },
  /** path of the organisation; 全社 for the root */
  org: { type: "text", label: text("organisation", "組織"), example: "本社/営業部" },
  location: defineNullableTextField("location", "場所", "Tokyo"),
  organisation: defineNullableTextField("organisation name at Apple", "Apple での組織名", "株式会社例"),
  expiresAt: { type: "instant", label: text("expires at", "有効期限"), example: "2027-03-01T05:00:00.000Z" },
  simulated: { type: "boolean", label: text("from the simulator", "シミュレーターが発行"), example: false },
  /** fingerprint of the token's file */
  fingerprint: { type: "digest", label: text("fingerprint", "フィンガープリント"), example: "0".repeat(64) },
  setAt: { type: "instant", label: text("set at", "設定日時"), example: "2026-03-01T05:00:00.000Z" },
  setBy: { type: "text", label: text("set by", "設定した人"), example: "owner" },
} as const satisfies Fields;

export const VPP_TOKEN = {
  name: "vpp_token",
  fields: FIELDS,
  formats: {},
  keys: [],
  usual: ["org", "location", "organisation", "expiresAt", "setAt"],
} as const satisfies Thing;

export type VppTokenRecord = RecordOf<typeof FIELDS>;

/** What Apple reports about a content token. */
export const VPP_LOCATION_FIELDS = {
  orgId: FIELDS.orgId,
  org: FIELDS.org,
  locationName: { type: "text", label: text("location name at Apple", "Apple での場所名"), example: "Tokyo" },
  expiresAt: FIELDS.expiresAt,
  heldBy: defineNullableTextField("used by MDM", "使用中の MDM", null),
} as const satisfies Fields;

export type VppLocationRecord = RecordOf<typeof VPP_LOCATION_FIELDS>;

/** Apple's production service for apps and books. @see apple 5 */
export const APPLE_VPP_URL = "https://vpp.itunes.apple.com";
