// The live totals: each [data-live] names a stream of server-sent events, whose data is the fragment that the page
// was served with, and [data-fragment] an address that answers with the same. Without this script the page is right
// when it is loaded; with it, it stays right. Nothing runs while nobody looks.

const SILENCE = 15000; // ms: a stream that has said nothing by then is held back by something on the way
const REFUSALS = 3; // streams in a row that failed, after which the fragment is only asked for
const [SOON, LATE] = [3000, 60000]; // ms between two questions, growing while nothing changes
const CALM = 5000; // ms between two spoken totals

// Brings what is on the page into the form of what was sent. What stays keeps its element, so that CSS can move it.
function become(old, sent) {
  const before = [...old.childNodes];
  const after = [...sent.childNodes];
  after.forEach((node, index) => {
    const there = before[index];
    if (!there) old.append(node);
    else if (there.nodeName !== node.nodeName) there.replaceWith(node);
    else if (node.nodeType !== Node.ELEMENT_NODE) {
      if (there.data !== node.data) there.data = node.data;
    } else {
      for (const { name } of [...there.attributes]) if (!node.hasAttribute(name)) there.removeAttribute(name);
      for (const { name, value } of node.attributes) {
        if (there.getAttribute(name) !== value) there.setAttribute(name, value);
      }
      become(there, node);
    }
  });
  before.slice(after.length).forEach((node) => node.remove());
}

// Says a total to those who listen instead of looking: never the one that the page was read out with, and not at
// every gift, or nothing else would be heard.
function teller(element) {
  const region = element.parentElement.querySelector("[data-announce]");
  const words = () => element.querySelector("[data-said]")?.dataset.said ?? "";
  let said = words();
  let resting = false;
  return function tell() {
    if (!region || resting || words() === said) return;
    region.textContent = said = words();
    resting = true;
    setTimeout(() => {
      resting = false;
      tell();
    }, CALM);
  };
}

function follow(address, elements) {
  const fragment = elements[0].dataset.fragment;
  const tell = teller(elements[0]);
  let source = null;
  let timer = 0;
  let refusals = 0;
  let wait = SOON;
  let etag = "";
  let turn = 0;

  function show(html) {
    const sent = document.createElement("template");
    for (const element of elements) {
      sent.innerHTML = html;
      become(element, sent.content);
    }
    tell();
  }

  // Ends whatever is going on; an answer that is still on its way no longer counts.
  function rest() {
    turn += 1;
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function listen() {
    rest();
    let heard = false;
    source = new EventSource(address);
    timer = setTimeout(failed, SILENCE);
    source.onmessage = ({ data }) => {
      heard = true;
      refusals = 0;
      wait = SOON;
      clearTimeout(timer);
      show(data);
    };
    // A line that broke is mended by the browser, which tells the server what it has and so may hear nothing new.
    source.onopen = () => heard && clearTimeout(timer);
    // One that was refused is not mended, and one that stays broken is given up.
    source.onerror = () => {
      clearTimeout(timer);
      if (source.readyState === EventSource.CLOSED) failed();
      else timer = setTimeout(failed, SILENCE);
    };
  }

  function failed() {
    rest();
    refusals += 1;
    later();
  }

  // Everybody's stream may have failed at the same moment: they must not all come back at the same moment.
  function later() {
    timer = setTimeout(ask, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 1.5, LATE);
  }

  async function ask() {
    const mine = turn;
    try {
      const answer = await fetch(fragment, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
      const html = answer.status === 200 ? await answer.text() : null;
      if (mine !== turn || answer.status === 404) return;
      if (html !== null) {
        etag = answer.headers.get("ETag") ?? "";
        wait = SOON;
        show(html);
      }
    } catch {
      // The network is away; the next question will tell.
      if (mine !== turn) return;
    }
    if (refusals < REFUSALS) listen();
    else later();
  }

  document.addEventListener("visibilitychange", () => {
    rest();
    refusals = 0;
    wait = SOON;
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
}

const places = new Map();
for (const element of document.querySelectorAll("[data-live]")) {
  const address = element.dataset.live;
  places.set(address, [...(places.get(address) ?? []), element]);
}
places.forEach((elements, address) => follow(address, elements));
