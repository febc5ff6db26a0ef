import { RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import { EXPIRY_CONSEQUENCES } from "../consequences.ts";
import { isUploadedKind } from "../upload.ts";
import {
  describeRenewalAccount,
  describePhone,
  PUSH_CERTIFICATE_FILE,
  REQUEST_FILE,
  buildRecordCommand,
  buildVerifyCommand,
} from "./facts.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";
import type { OwnToken } from "./own-token.ts";

const AGENT_ITEM_NAMES: Readonly<Partial<Record<RenewalKind, Text>>> = {
  "agent-build-certificate": text("certificate of the build", "ビルド用証明書"),
  "agent-push-certificate": text("push certificate", "プッシュ通知用証明書"),
  "agent-profile": text("provisioning profile", "プロビジョニングプロファイル"),
};

type KindWithoutAgent = Exclude<RenewalKind, `agent-${string}`>;

/** @see facts 3.5; decision 025 */
function fillKindGuide(
  kind: RenewalKind,
  known: RenewalItem | null,
  item: Text,
  own: OwnToken | undefined,
): FilledGuide {
  const [account, phone] = [describeRenewalAccount(kind, known), describePhone(known)];
  if (own !== undefined) {
    const server = own.server === null ? same("") : same(` (${own.server})`);
    return fillGuide("own-ade-token", { item, account, phone, server });
  }
  const topic = known?.topic ?? null;
  const files = kind === "push-certificate" ? { new: PUSH_CERTIFICATE_FILE, csr: REQUEST_FILE } : { new: "NEW" };
  const { [kind]: part } = AGENT_ITEM_NAMES;
  return fillGuide(part === undefined ? (kind as KindWithoutAgent) : "agent-enterprise", {
    item,
    account,
    phone,
    topic: topic === null ? null : same(topic),
    verify: same(buildVerifyCommand(known, files)),
    part: part ?? item,
    build: kind === "agent-build-certificate",
    push: kind === "agent-push-certificate",
    profile: kind === "agent-profile",
  });
}

/** @see facts 3.2 */
const KINDS_WITH_CLOMO_MAIL: ReadonlySet<RenewalKind> = new Set(["push-certificate", "ade-token", "vpp-token"]);

const GUIDE_FIELDS = ["organisation", "owner", "account", "phone", "phoneHolder", "topic"] as const;

export interface GuideFacts {
  readonly own?: OwnToken | undefined;
  readonly first?: Text | undefined;
}

/** @param expiresOn calendar day in the tenant's time zone */
export function buildRenewalGuide(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  { own, first }: GuideFacts = {},
): FilledGuide {
  const name = RENEWAL_KINDS[kind];
  const what = known === null ? name : text(`${name.en}: ${known.name}`, `${name.ja}: ${known.name}`);
  const guide = fillKindGuide(kind, known, what, own);
  const last = fillGuide("every-renewal", {
    mails: KINDS_WITH_CLOMO_MAIL.has(kind),
    uploaded: known !== null && isUploadedKind(kind),
    record: same(buildRecordCommand(kind, known)),
  }).steps;
  return {
    title: guide.title,
    facts: [...listGuideFacts(kind, known, expiresOn, own !== undefined), ...guide.facts],
    steps: [
      ...(first === undefined ? [] : [{ id: "first", what: first }]),
      ...guide.steps,
      ...(own === undefined ? last : []),
    ],
  };
}

function listGuideFacts(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  isOwn: boolean,
): FilledGuide["facts"] {
  const facts: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("expires on", "期限"), expiresOn],
    [text("stored by", "保持しているテナント"), isOwn ? STORED_BY_THIS_TENANT : null],
    [text("after expiry", "期限が切れると"), isOwn ? OWN_TOKEN_CONSEQUENCES : EXPIRY_CONSEQUENCES[kind]],
    ...GUIDE_FIELDS.map((field) => [labelOf(field, kind), known?.[field]] as const),
  ];
  return facts.flatMap(([label, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [[label, typeof value === "string" ? same(value) : value] as const],
  );
}

const labelOf = (field: (typeof GUIDE_FIELDS)[number], kind: RenewalKind): Text =>
  field === "organisation" && kind === "vpp-token"
    ? text("organisation at Apple", "Apple 側の組織名")
    : RECORDED_FIELDS[field].label;

const STORED_BY_THIS_TENANT = text(
  "this clomoctl tenant itself, not CLOMO",
  "clomoctl のこのテナント(CLOMO ではありません)",
);

const OWN_TOKEN_CONSEQUENCES = text(
  "this tenant can no longer fetch devices from Apple",
  "このテナントが Apple からデバイスの情報を取得できなくなります",
);

export type { Step } from "./step.ts";
