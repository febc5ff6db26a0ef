import { text, type Text } from "../../text/index.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";

/** @see facts 4.7, 4.8; seed 003, 1 and 8 */
const ENROLMENT_METHODS = {
  purchased: text("devices bought as ADE devices", "ADE デバイスを購入した場合"),
  manual: text("devices turned into ADE devices manually", "手動で ADE デバイスにする場合"),
  "supervised-only": text("supervised devices without ADE", "ADE を使わず監視対象モードにする場合"),
  unsupervised: text("devices that are not supervised", "非監視対象モード(通常モード)の場合"),
} as const satisfies Record<string, Text>;

export type EnrolmentMethod = keyof typeof ENROLMENT_METHODS;

export const ENROLMENT_METHOD_NAMES = Object.keys(ENROLMENT_METHODS) as readonly EnrolmentMethod[];

export function buildEnrolmentGuide(way: EnrolmentMethod): FilledGuide {
  const ade = way === "purchased" || way === "manual";
  return fillGuide("enrolment", {
    way: ENROLMENT_METHODS[way],
    ade,
    purchased: way === "purchased",
    manual: way === "manual",
    "supervised-only": way === "supervised-only",
    unsupervised: way === "unsupervised",
  });
}
