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
import { buildOwnGuide, type OwnToken } from "./own.ts";
import type { Step } from "./step.ts";

interface ItemFacts {
  readonly item: Text;
  readonly account: Text;
  readonly phone: Text;
  readonly topic: Text | null;
  readonly verify: Text;
}

const createAgentGuideBuilder =
  (of: "build" | "push" | "profile", part: Text) =>
  (facts: ItemFacts): FilledGuide =>
    fillGuide("agent-enterprise", {
      ...facts,
      part,
      build: of === "build",
      push: of === "push",
      profile: of === "profile",
    });

const KIND_GUIDES: Readonly<Record<RenewalKind, (facts: ItemFacts) => FilledGuide>> = {
  "push-certificate": (facts) => fillGuide("push-certificate", facts),
  "ade-token": (facts) => fillGuide("ade-token", facts),
  "vpp-token": (facts) => fillGuide("vpp-token", facts),
  "android-owner": (facts) => fillGuide("android-owner", facts),
  "agent-build-certificate": createAgentGuideBuilder("build", text("build certificate", "ビルド用証明書")),
  "agent-push-certificate": createAgentGuideBuilder("push", text("push certificate", "プッシュ通知用証明書")),
  "agent-profile": createAgentGuideBuilder("profile", text("provisioning profile", "プロビジョニングプロファイル")),
  "device-certificate": (facts) => fillGuide("device-certificate", facts),
  certificate: (facts) => fillGuide("certificate", facts),
  custom: (facts) => fillGuide("custom", facts),
};

/** Kinds about which CLOMO itself sends emails.  @see facts 3.2 */
const KINDS_WITH_CLOMO_MAIL: ReadonlySet<RenewalKind> = new Set(["push-certificate", "ade-token", "vpp-token"]);

const GUIDE_FIELDS = ["organisation", "owner", "account", "phone", "phoneHolder", "topic"] as const;

export interface Guide {
  readonly kind: RenewalKind;
  readonly title: Text;
  /** what stops when the item expires, and what is recorded about it, as labels and values */
  readonly facts: readonly (readonly [label: Text, value: Text])[];
  readonly steps: readonly Step[];
  /** true if the tenant itself holds the certificate or token, so that its own commands record the renewal */
  readonly own: boolean;
}

/** What a guide must take into account. */
export interface GuideFacts {
  /** the token that the tenant itself holds; absent if CLOMO or somebody else holds it */
  readonly own?: OwnToken | undefined;
  /** a note to show before the first step */
  readonly first?: Text | undefined;
}

/**
 * Builds the guide for a kind, or for a recorded item.
 *
 * @param expiresOn calendar day of the expiry, in the tenant's time zone
 */
export function buildRenewalGuide(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  { own, first }: GuideFacts = {},
): Guide {
  const name = RENEWAL_KINDS[kind];
  const what = known === null ? name : text(`${name.en}: ${known.name}`, `${name.ja}: ${known.name}`);
  const guide =
    own === undefined ? KIND_GUIDES[kind](buildItemFacts(kind, known, what)) : buildOwnGuide(own, known, what);
  const last = fillGuide("every-renewal", {
    mails: KINDS_WITH_CLOMO_MAIL.has(kind),
    uploaded: known !== null && isUploadedKind(kind),
    record: same(buildRecordCommand(kind, known)),
  }).steps;
  return {
    kind,
    title: guide.title,
    facts: [...listGuideFacts(kind, known, expiresOn, own !== undefined), ...guide.facts],
    steps: [
      ...(first === undefined ? [] : [{ id: "first", what: first }]),
      ...guide.steps,
      ...(own === undefined ? last : []),
    ],
    own: own !== undefined,
  };
}

const buildItemFacts = (kind: RenewalKind, known: RenewalItem | null, item: Text): ItemFacts => {
  const topic = known?.topic ?? null;
  const files = kind === "push-certificate" ? { new: PUSH_CERTIFICATE_FILE, csr: REQUEST_FILE } : { new: "NEW" };
  return {
    item,
    account: describeRenewalAccount(kind, known),
    phone: describePhone(known),
    topic: topic === null ? null : same(topic),
    verify: same(buildVerifyCommand(known, files)),
  };
};

function listGuideFacts(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  isOwn: boolean,
): Guide["facts"] {
  const facts: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("expires on", "期限"), expiresOn],
    [text("held by", "保持しているテナント"), isOwn ? HELD_BY_THIS_TENANT : null],
    [text("once expired", "期限が切れると"), isOwn ? OWN_TOKEN_CONSEQUENCES : EXPIRY_CONSEQUENCES[kind]],
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

const HELD_BY_THIS_TENANT = text(
  "this clomoctl tenant itself, not CLOMO",
  "clomoctl のこのテナント自身(CLOMO ではありません)",
);

const OWN_TOKEN_CONSEQUENCES = text(
  "this tenant can no longer fetch devices from Apple",
  "このテナントが Apple からデバイスの情報を取得できなくなります",
);

export type { Step } from "./step.ts";
