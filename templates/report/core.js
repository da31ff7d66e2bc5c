// The session as the scripts know it.
const session = pageData;

// ---------------------------------------------------------------- times
const twoDigits = (number) => String(number).padStart(2, "0");

function clock(t) {
  const whole = Math.floor(Math.abs(t));
  const sign = t < 0 && whole ? "-" : "";
  return `${sign}${twoDigits(Math.floor(whole / 3600))}:${twoDigits(Math.floor(whole / 60) % 60)}:${twoDigits(whole % 60)}`;
}

// A room scan lies before the exam, nobody knows how long: it has its own clock, and no time of day.
const roomScan = session.reels.find((reel) => reel.source === "workspace")?.parts[0];
const inRoomScan = (t) => Boolean(roomScan) && roomScan.offset_s <= t && t < 0;

function tellTime(t) {
  if (!inRoomScan(t)) return clock(t);
  return `${say("sources.workspace")} ${clock(Math.round((t - roomScan.offset_s) * 1000) / 1000)}`;
}

function wallClock(t) {
  if (!session.wall || inRoomScan(t)) return "";
  const moment = new Date((session.wall.start_unix_s + session.wall.utc_offset_s + t) * 1000);
  return moment.toISOString().slice(11, 19);
}

// On both clocks, where the time of day is known.
const tellTimes = (t) => [tellTime(t), wallClock(t)].filter(Boolean).join(" · ");

const tidy = (number) => String(Math.round(number * 10) / 10);
const spanned = session.end_s - session.begin_s;
const share = (t) => Math.min(1, Math.max(0, (t - session.begin_s) / spanned));
const within = (t) => Math.min(session.end_s, Math.max(session.begin_s, t));
