import { text } from "../text/index.ts";
import { ORG } from "./organisation.ts";
import type { Field, Fields, RecordOf, Thing } from "./thing.ts";

const told = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const satisfies Field;

/**
 * The content token (VPP サービストークン) of an organisation; the token itself is in none of its fields.
 *
 * @see facts 3.5: 全社 has one first, others may have their own
 */
const FIELDS = {
  orgId: { ...ORG.fields.id, label: text("organisation's id", "組織 ID") },
  /** its path; 全社 of the root */
  org: { type: "text", label: text("organisation", "組織"), example: "本社/営業部" },
  location: told("location", "場所", "Tokyo"),
  organisation: told("organisation at Apple", "Apple での組織名", "株式会社例"),
  expiresAt: { type: "instant", label: text("expires at", "有効期限"), example: "2027-03-01T05:00:00.000Z" },
  simulated: { type: "boolean", label: text("of the simulator", "シミュレーター製"), example: false },
  /** of its file */
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

/** What Apple says of a content token. */
export const VPP_LOCATION = {
  orgId: FIELDS.orgId,
  org: FIELDS.org,
  locationName: { type: "text", label: text("location at Apple", "Apple での場所"), example: "Tokyo" },
  expiresAt: FIELDS.expiresAt,
  heldBy: told("held by the MDM", "使用中の MDM", null),
} as const satisfies Fields;

export type VppLocationRecord = RecordOf<typeof VPP_LOCATION>;

/** Apple's own service of apps and books. @see apple 5 */
export const APPLE_VPP = "https://vpp.itunes.apple.com";
