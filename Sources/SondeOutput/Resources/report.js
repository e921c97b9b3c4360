"use strict";
// Everything that came from the network is put into the page as text (textContent), never as markup.
document.addEventListener("DOMContentLoaded", function () {
  var start = {}, stats = null, hosts = [], global = [], troubles = [], batch = 100;
  document.querySelectorAll("script.data").forEach(function (block) {
    var value;
    try { value = JSON.parse(block.textContent); } catch (error) { return; }
    if (value.type === "start") start = value;
    else if (value.type === "stats") stats = value;
    else if (value.type === "host") hosts.push(value);
    else if (value.type === "script") troubles.push(value);
    else if (value.type === "prescript" || value.type === "postscript") global.push(value);
  });
  var troublesOf = new Map();
  troubles.forEach(function (record) {
    var key = record.host + "|" + (record.name || "");
    if (!troublesOf.has(key)) troublesOf.set(key, []);
    troublesOf.get(key).push(record);
  });

  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  }
  function add(parent) {
    for (var i = 1; i < arguments.length; i++) if (arguments[i]) parent.appendChild(arguments[i]);
    return parent;
  }
  function clock(seconds) { return seconds ? new Date(seconds * 1000).toLocaleString() : ""; }
  function open(port) { return port.state === "open"; }
  function serviceText(service) {
    if (!service) return "";
    var name = (service.tunnel ? service.tunnel + "/" : "") + (service.name || "");
    return [name, service.product, service.version, service.extra && "(" + service.extra + ")"].filter(Boolean).join(" ");
  }
  function addressKey(text) {
    if (text.indexOf(":") >= 0) return "6" + text;
    return "4" + text.split(".").map(function (part) { return part.padStart(3, "0"); }).join(".");
  }
  hosts.forEach(function (host) {
    host.title = host.name || host.reverse_name || "";
    host.openCount = host.ports.filter(open).length;
    host.key = addressKey(host.host);
    host.troubles = troublesOf.get(host.host + "|" + (host.name || "")) || [];
  });
  function haystack(item) {
    if (item.hay === undefined) item.hay = JSON.stringify(item, function (key, value) {
      return key === "hay" ? undefined : value; }).toLowerCase();
    return item.hay;
  }

  function scriptView(result) {
    var view = make("div", "script");
    add(view, make("span", "id", result.id));
    if (result.state && result.state !== "ok") add(view, document.createTextNode(" "), make("span", "chip " + word(result.state), result.state));
    var text = (result.output || result.reason || "").replace(/^\n/, "");
    if (text) add(view, make("pre", "", text));
    return view;
  }
  function word(text) { return String(text).replace(/[^a-z]/g, " ").split(" ")[0]; }
  function portView(port, host) {
    var view = make("div", "port"), line = make("div", "portline");
    add(line, make("span", "portname", port.port + "/" + port.protocol), make("span", "chip " + word(port.state), port.state),
      make("span", "service", serviceText(port.service)), make("span", "name", port.reason));
    add(view, line);
    port.scripts.forEach(function (result) { add(view, scriptView(result)); });
    host.troubles.forEach(function (record) {
      if (record.port === port.port && record.protocol === port.protocol && !record.output) add(view, scriptView(record));
    });
    return view;
  }
  function perfect(match) { return match.accuracy === 1; }
  function percent(match) { return Math.floor(match.accuracy * 100) + " %"; }
  function systemView(system) {
    var view = make("div", "port"), exact = system.matches.filter(perfect), sequence = system.sequence;
    var best = exact.length ? exact : system.matches.slice(0, 10), words = [];
    add(view, make("span", "portname", "System"));
    if (system.verdict === "too-many") add(view, make("span", "name", "too many fingerprints fit to name one"));
    else if (!best.length) add(view, make("span", "name", "nothing known fits"));
    best.forEach(function (match) {
      var line = make("div", "portline"), kinds = match.classes.map(function (kind) { return kind.type; });
      add(line, make("span", "service", match.name));
      if (!perfect(match)) add(line, make("span", "chip", percent(match)));
      add(line, make("span", "name", kinds.filter(function (kind, index) { return kinds.indexOf(kind) === index; }).join(", ")));
      add(view, line);
      match.classes.forEach(function (kind) { words = words.concat(kind.cpe); });
    });
    words = words.filter(function (word, index) { return words.indexOf(word) === index; }).slice(0, 12);
    if (words.length) add(view, make("p", "note", words.join(" ")));
    words = [];
    if (sequence.difficulty !== undefined) words.push("TCP sequence difficulty " + sequence.difficulty + " (" + sequence.word + ")");
    if (sequence.id_class) words.push("IP IDs " + sequence.id_class);
    if (sequence.timestamp_class) words.push("time stamps " + sequence.timestamp_class);
    if (system.unreliable) words.push("unreliable: no open and closed port were both found");
    if (words.length) add(view, make("p", "note", words.join(" · ")));
    if (system.fingerprint.length) add(view, add(make("details"), make("summary", "note", "Fingerprint"), make("pre", "", system.fingerprint.join("\n"))));
    return view;
  }
  function traceView(trace) {
    var view = make("div", "port"), table = make("table"), head = make("tr");
    add(view, make("span", "portname", "Route" + (trace.port ? " (" + trace.port + "/" + trace.protocol + ")" : "")));
    ["Hop", "Round trip", "Address"].forEach(function (text) { add(head, make("th", "", text)); });
    add(table, head);
    trace.hops.forEach(function (hop) {
      var place = hop.address ? (hop.name ? hop.name + " (" + hop.address + ")" : hop.address) : "no answer";
      add(table, add(make("tr"), make("td", "", hop.ttl), make("td", "", hop.rtt_ms === null ? "" : hop.rtt_ms.toFixed(2) + " ms"),
        make("td", "", place)));
    });
    return add(view, table);
  }
  function hostBody(host) {
    var body = make("div", "body"), facts = [];
    if (host.name && host.reverse_name) facts.push("also " + host.reverse_name);
    if (host.mac) facts.push("MAC address " + host.mac + (host.mac_vendor ? " (" + host.mac_vendor + ")" : ""));
    if (host.distance) facts.push("distance " + host.distance.hops + (host.distance.hops === 1 ? " hop" : " hops"));
    if (host.os && host.os.uptime !== undefined) facts.push("up for " + (host.os.uptime / 86400).toFixed(1) + " days");
    if (host.srtt_us > 0) facts.push("round trip " + (host.srtt_us / 1000).toFixed(2) + " ms");
    if (host.reason) facts.push("up because of " + host.reason);
    if (host.started && host.ended) facts.push("done in " + Math.max(0, host.ended - host.started).toFixed(1) + " s, " + clock(host.ended));
    if (facts.length) add(body, make("p", "note", facts.join(" · ")));
    if (host.os) add(body, systemView(host.os));
    host.ports.forEach(function (port) { add(body, portView(port, host)); });
    (host.other_ports || []).forEach(function (group) {
      add(body, make("p", "note", group.count + " " + group.state + " " + group.protocol + " ports (" + group.reason + "): " + group.ports));
    });
    host.scripts.forEach(function (result) { add(body, scriptView(result)); });
    host.troubles.forEach(function (record) { if (record.port === null && !record.output) add(body, scriptView(record)); });
    if (host.trace) add(body, traceView(host.trace));
    return body;
  }
  function card(summary, body, isOpen) {
    var view = make("details", "card");
    add(view, summary);
    var fill = function () { if (view.open && view.children.length < 2) add(view, body()); };
    view.addEventListener("toggle", fill);
    view.fill = function () { view.open = true; fill(); };
    if (isOpen) view.fill();
    return view;
  }
  function hostCard(host, isOpen) {
    var summary = make("summary"), spread = make("span", "spread");
    add(summary, make("span", "address", host.host), make("span", "name", host.title));
    if (host.state !== "up") add(spread, make("span", "chip " + word(host.state), host.state));
    if (host.os && host.os.matches.length) add(spread, make("span", "chip", host.os.matches[0].name));
    if (host.timed_out) add(spread, make("span", "chip timeout", "timed out"));
    host.ports.filter(open).slice(0, 8).forEach(function (port) {
      add(spread, make("span", "chip open", port.port + (port.service && port.service.name ? " " + port.service.name : "")));
    });
    if (host.openCount > 8) add(spread, make("span", "chip", "+" + (host.openCount - 8)));
    add(summary, spread);
    return card(summary, function () { return hostBody(host); }, isOpen);
  }
  function serviceCard(service) {
    var summary = make("summary"), spread = make("span", "spread");
    add(summary, make("span", "address", service.title), make("span", "name", service.versions.join(", ")));
    add(spread, make("span", "chip open", service.places.length + (service.places.length === 1 ? " port" : " ports")));
    add(summary, spread);
    return card(summary, function () {
      var body = make("div", "body"), table = make("table"), head = make("tr");
      ["Host", "Port", "Service"].forEach(function (text) { add(head, make("th", "", text)); });
      add(table, head);
      service.places.forEach(function (place) {
        add(table, add(make("tr"), make("td", "", place.host.host + (place.host.title ? " (" + place.host.title + ")" : "")),
          make("td", "", place.port.port + "/" + place.port.protocol), make("td", "", serviceText(place.port.service))));
      });
      return add(body, table);
    }, false);
  }
  function scriptCard(script) {
    var summary = make("summary"), spread = make("span", "spread");
    add(summary, make("span", "address", script.title));
    add(spread, make("span", "chip", script.places.length + (script.places.length === 1 ? " result" : " results")));
    add(summary, spread);
    return card(summary, function () {
      var body = make("div", "body");
      script.places.forEach(function (place) {
        add(body, add(make("div", "port"), make("span", "portname", place.where), scriptView(place.result)));
      });
      return body;
    }, false);
  }
  function grouped() {
    var services = new Map(), scripts = new Map();
    function note(id, where, result) {
      if (!scripts.has(id)) scripts.set(id, { title: id, places: [] });
      scripts.get(id).places.push({ where: where, result: result });
    }
    hosts.forEach(function (host) {
      host.ports.forEach(function (port) {
        var where = host.host + " " + port.port + "/" + port.protocol;
        port.scripts.forEach(function (result) { note(result.id, where, result); });
        if (!open(port)) return;
        var title = (port.service && port.service.name) || "unknown";
        if (!services.has(title)) services.set(title, { title: title, places: [], versions: [] });
        var entry = services.get(title), version = port.service && [port.service.product, port.service.version].filter(Boolean).join(" ");
        entry.places.push({ host: host, port: port });
        if (version && entry.versions.indexOf(version) < 0 && entry.versions.length < 6) entry.versions.push(version);
      });
      host.scripts.forEach(function (result) { note(result.id, host.host, result); });
      host.troubles.forEach(function (record) {
        if (!record.output) note(record.id, host.host + (record.port === null ? "" : " " + record.port + "/" + record.protocol), record);
      });
    });
    global.forEach(function (value) { note(value.script.id, value.type === "prescript" ? "before all hosts" : "after all hosts", value.script); });
    (troublesOf.get("null|") || []).forEach(function (record) { if (!record.output) note(record.id, record.phase, record); });
    function bySize(one, other) { return other.places.length - one.places.length || (one.title < other.title ? -1 : 1); }
    return { services: Array.from(services.values()).sort(bySize), scripts: Array.from(scripts.values()).sort(bySize) };
  }

  var groups = grouped(), view = "hosts", shown = batch, current = [], app = document.getElementById("app");
  var search = make("input"), sort = make("select"), filter = make("select"), list = make("div"), count = make("p", "count");
  var more = make("button", "more", "Show more"), tabs = make("div", "tabs"), bar = make("div", "bar");
  search.type = "search"; search.placeholder = "Search addresses, names, services, output"; search.setAttribute("aria-label", "Search");
  [["key", "By address"], ["title", "By name"], ["openCount", "By open ports"], ["ended", "By time"]].forEach(function (entry) {
    var option = make("option", "", entry[1]); option.value = entry[0]; add(sort, option);
  });
  [["all", "All hosts"], ["open", "With open ports"], ["scripts", "With script results"], ["trouble", "With trouble"]].forEach(function (entry) {
    var option = make("option", "", entry[1]); option.value = entry[0]; add(filter, option);
  });
  sort.setAttribute("aria-label", "Sort"); filter.setAttribute("aria-label", "Filter");
  [["hosts", "Hosts"], ["services", "Services"], ["scripts", "Scripts"]].forEach(function (entry) {
    var button = make("button", "", entry[1]);
    button.setAttribute("aria-selected", entry[0] === view);
    button.addEventListener("click", function () {
      view = entry[0];
      Array.from(tabs.children).forEach(function (child) { child.setAttribute("aria-selected", child === button); });
      update();
    });
    add(tabs, button);
  });
  function keeps(host) {
    if (filter.value === "open") return host.openCount > 0;
    if (filter.value === "trouble") return host.timed_out || host.troubles.length > 0;
    if (filter.value === "scripts") return host.scripts.length > 0 || host.ports.some(function (port) { return port.scripts.length > 0; });
    return true;
  }
  function update() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean), items = view === "hosts" ? hosts.filter(keeps) : groups[view];
    sort.hidden = filter.hidden = view !== "hosts";
    current = items.filter(function (item) { return words.every(function (text) { return haystack(item).indexOf(text) >= 0; }); });
    if (view === "hosts") current.sort(function (one, other) {
      var field = sort.value, a = one[field], b = other[field];
      if (field === "openCount") return b - a || (one.key < other.key ? -1 : 1);
      return a < b ? -1 : a > b ? 1 : one.key < other.key ? -1 : 1;
    });
    shown = batch;
    list.textContent = "";
    append(0);
  }
  function append(from) {
    var isFew = current.length <= 3, fragment = document.createDocumentFragment();
    current.slice(from, shown).forEach(function (item) {
      add(fragment, view === "hosts" ? hostCard(item, isFew) : view === "services" ? serviceCard(item) : scriptCard(item));
    });
    add(list, fragment);
    more.hidden = shown >= current.length;
    count.textContent = current.length + " " + (current.length === 1 ? view.slice(0, -1) : view)
      + (shown < current.length ? ", the first " + shown + " shown" : "");
  }
  more.addEventListener("click", function () { var from = shown; shown += batch; append(from); });
  search.addEventListener("input", update); sort.addEventListener("change", update); filter.addEventListener("change", update);
  window.addEventListener("beforeprint", function () {
    var from = shown; shown = current.length; append(from);
    Array.from(list.children).forEach(function (child) { if (child.fill) child.fill(); });
  });

  var theme = make("button", "theme", "Light or dark"), top = make("div", "top"), facts = make("div", "facts");
  theme.addEventListener("click", function () {
    var root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  add(top, add(make("div"), make("h1", "", "Scan of " + clock(start.started)), make("p", "command", start.command)), theme);
  function fact(number, text) { add(facts, add(make("div", "fact"), make("b", "", number), make("span", "", text))); }
  fact(stats ? stats.hosts_up : hosts.filter(function (host) { return host.state === "up"; }).length, "hosts up");
  fact(stats ? stats.hosts_total : hosts.length, "hosts in all");
  fact(hosts.reduce(function (sum, host) { return sum + host.openCount; }, 0), "open ports");
  fact(groups.services.length, "services");
  fact(groups.scripts.reduce(function (sum, script) { return sum + script.places.length; }, 0), "script results");
  if (stats) fact(stats.elapsed.toFixed(1) + " s", "duration");
  add(bar, tabs, search, filter, sort);
  add(app, top, facts);
  if (!stats || stats.failure) add(app, make("p", "warn", "This scan did not run to its end" + (stats && stats.failure ? ": " + stats.failure : "") + "."));
  add(app, bar, count, list, more);
  update();
});
