// A call in the browser: asks for a token, joins the call's room, plays who speaks.
"use strict";
(() => {
  const WORDS = {
    asking: "Your browser asks whether we may use the microphone.",
    refused: "Without the microphone we cannot hear you. Allow it in the browser's bar and call again.",
    none: "No microphone was found. Plug one in and call again.",
    insecure: "Browsers allow the microphone only on a secure page (https).",
    connecting: "Calling ...",
    waiting: "It rings ...",
    talking: "You are connected.",
    again: "The line was lost. Trying again ...",
    ended: "The call has ended.",
    failed: "The call could not be made. Please try again in a moment, or write to us.",
    tooMany: "Please wait a moment before you call again.",
  };
  const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
  const CODES = { "*": 10, "#": 11 };
  const at = (id) => document.getElementById(id);
  const [state, call, mute, end, pad] = ["state", "call", "mute", "end", "pad"].map(at);
  const { Room, RoomEvent, Track } = window.LivekitClient;
  const SHELF = `frontdesk ${location.origin}/ visitor`;
  let room = null;

  const say = (words) => {
    state.textContent = words;
  };
  const show = (talking) => {
    call.hidden = talking;
    mute.hidden = end.hidden = pad.hidden = !talking;
    if (!talking) mute.setAttribute("aria-pressed", "false");
  };

  // The chat's own visitor, so that call and chat are one conversation.
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(SHELF) ?? "null")?.token ?? null;
    } catch {
      return null;
    }
  };
  const keep = (token) => {
    try {
      localStorage.setItem(SHELF, JSON.stringify({ token }));
    } catch {
      // a visitor whose browser keeps nothing is a new one next time
    }
  };
  const post = (path, token) =>
    fetch(`/v1/chat/${path}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: "{}",
    });
  const newcomer = async () => {
    const answer = await post("visitors");
    if (!answer.ok) throw answer;
    const { token } = await answer.json();
    keep(token);
    return token;
  };
  const ask = async () => {
    let answer = await post("calls", kept() ?? (await newcomer()));
    if (answer.status === 401) answer = await post("calls", await newcomer());
    if (!answer.ok) throw answer;
    return answer.json();
  };

  const play = (track) => {
    if (track.kind !== Track.Kind.Audio) return;
    document.body.append(track.attach());
    say(WORDS.talking);
  };
  const over = (words) => {
    room = null;
    show(false);
    document.querySelectorAll("audio").forEach((each) => each.remove());
    say(words);
  };

  const begin = async () => {
    if (room || call.disabled) return;
    call.disabled = true;
    try {
      if (!navigator.mediaDevices) return say(WORDS.insecure);
      say(WORDS.asking);
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      stream.getTracks().forEach((each) => each.stop()); // LiveKit opens its own
      say(WORDS.connecting);
      const { token } = await ask();
      const made = new Room({ adaptiveStream: false, dynacast: false });
      made
        .on(RoomEvent.TrackSubscribed, play)
        .on(RoomEvent.TrackUnsubscribed, (track) => track.detach().forEach((each) => each.remove()))
        .on(RoomEvent.Reconnecting, () => say(WORDS.again))
        .on(RoomEvent.Reconnected, () => say(WORDS.talking))
        .on(RoomEvent.Disconnected, () => { if (room === made) over(WORDS.ended); });
      const way = `${location.origin.replace(/^http/, "ws")}/v1/chat/signal`;
      room = made;
      await made.connect(way, token, { autoSubscribe: true });
      await made.startAudio();
      await made.localParticipant.setMicrophoneEnabled(true);
      show(true);
      if (state.textContent === WORDS.connecting) say(WORDS.waiting);
    } catch (trouble) {
      const words = {
        NotAllowedError: WORDS.refused,
        NotFoundError: WORDS.none,
      };
      room?.disconnect();
      over(words[trouble?.name] ?? (trouble?.status === 429 ? WORDS.tooMany : WORDS.failed));
    } finally {
      call.disabled = false;
    }
  };

  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.addEventListener("click", () =>
      room?.localParticipant.publishDtmf(CODES[key] ?? Number(key), key));
    pad.append(button);
  }
  call.addEventListener("click", begin);
  end.addEventListener("click", () => room?.disconnect());
  mute.addEventListener("click", async () => {
    const silent = mute.getAttribute("aria-pressed") !== "true";
    await room?.localParticipant.setMicrophoneEnabled(!silent);
    mute.setAttribute("aria-pressed", String(silent));
  });
  addEventListener("pagehide", () => room?.disconnect());
})();
