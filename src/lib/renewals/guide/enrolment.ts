import { text, type Text } from "../../text/index.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";

/** Where the steps between Apple and the device are done: on the console's screens, or by commands in a tenant of one's own. */
export const THROUGH = ["console", "commands"] as const;

export type EnrolmentService = (typeof THROUGH)[number];

/** The ways in, by their names on the command line. @see facts 4.7, 4.8; seed 003, 1 and 8 */
const WAYS = {
  purchased: text("devices bought as ADE devices", "ADE デバイスを購入した場合"),
  manual: text("devices made ADE devices by hand", "手動で ADE デバイスにする場合"),
  "supervised-only": text("supervised devices without ADE", "ADE を使わず監視対象モードにする場合"),
  unsupervised: text("devices that are not supervised", "非監視対象モード(通常モード)の場合"),
} as const satisfies Record<string, Text>;

export type EnrolmentWayName = keyof typeof WAYS;

export const WAYS_IN = Object.keys(WAYS) as readonly EnrolmentWayName[];

/** Returns how devices come under management in one of the ways. */
export function enrolmentGuide(way: EnrolmentWayName, through: EnrolmentService): FilledGuide {
  const ade = way === "purchased" || way === "manual";
  return fillGuide("enrolment", {
    way: WAYS[way],
    ade,
    commands: ade && through === "commands",
    purchased: way === "purchased",
    manual: way === "manual",
    "supervised-only": way === "supervised-only",
    unsupervised: way === "unsupervised",
  });
}
