// Charts by Apache ECharts, drawn as SVG: sharp on paper, with patterns and marks beside colour.
const Charts = {
  INK: "#334155", DIM: "#64748b", LINE: "#e2e8f0", BLUE: "#3b6ea5", BAD: "#b42318", TEAL: "#2a7f6f",
  GRADES: ["#2a7f6f", "#6aa9a0", "#c9a24b", "#b45a4a"],
  made: [],

  make(box, option) {
    const chart = echarts.init(box, null, { renderer: "svg" });
    // With a view box the drawing scales to its box on paper, whose width is not known beforehand.
    chart.on("finished", () => {
      const svg = box.querySelector("svg");
      svg.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    });
    chart.setOption({ animation: false, textStyle: { fontFamily: "inherit", color: this.INK }, ...option });
    this.made.push(chart);
    return chart;
  },

  axis(more) {
    return { axisLine: { lineStyle: { color: this.LINE } }, axisTick: { show: false }, axisLabel: { color: this.DIM },
      splitLine: { lineStyle: { color: this.LINE } }, ...more };
  },

  grades(box) {
    this.graded = this.make(box, this.gradesOf(R.grades));
    this.regrade();
  },

  /** Draw the grades of what is filtered, where the chart is there. */
  regrade() {
    this.graded?.setOption(this.gradesOf(Summary.grades ?? R.grades));
  },

  gradesOf(grades) {
    const count = grades.reduce((sum, [, n]) => sum + n, 0) || 1;
    return {
      aria: { enabled: true, label: { description: grades.map(([name, n]) => `${name} ${n}`).join(", ") }, decal: { show: false } },
      grid: { left: 8, right: 90, top: 8, bottom: 8, containLabel: true },
      xAxis: this.axis({ type: "value", show: false }),
      yAxis: this.axis({ type: "category", inverse: true, data: grades.map(([name]) => name), axisLine: { show: false },
        axisLabel: { color: this.INK, fontSize: 13 } }),
      series: [{ type: "bar", barWidth: "58%", data: grades.map(([, n], at) => ({ value: n,
        itemStyle: { color: this.GRADES[Math.min(at * Math.max(1, Math.floor(4 / grades.length)), 3)], borderRadius: [0, 3, 3, 0] } })),
        label: { show: true, position: "right", color: this.INK, fontSize: 13, formatter: ({ value }) => `${value}  ${((100 * value) / count).toFixed(1)}%` } }],
    };
  },

  weeks(box) {
    const red = (at) => R.weeks.flatMap((week) => (week[at][1] ? [{ coord: [week[0].slice(5), week[at][0]], value: `${week[at][0]}%` }] : []));
    const line = (name, at, color, type, symbol) => ({
      name, type: "line", symbol, symbolSize: 6, lineStyle: { color, type, width: 2 }, itemStyle: { color },
      data: R.weeks.map((week) => week[at][0]),
      markPoint: { symbol: "circle", symbolSize: 13, data: red(at), itemStyle: { color: this.BAD, borderColor: "#fff", borderWidth: 2 },
        label: { position: "top", color: this.BAD, fontWeight: "bold", formatter: ({ data }) => `▲ ${data.value}` } },
    });
    this.make(box, {
      aria: { enabled: true },
      tooltip: { trigger: "axis", confine: true, textStyle: { color: this.INK, fontSize: 12 } },
      legend: { bottom: 0, itemWidth: 26, itemGap: 28, textStyle: { color: this.INK } },
      grid: { left: 8, right: 12, top: 34, bottom: 36, containLabel: true },
      xAxis: this.axis({ type: "category", data: R.weeks.map((week) => week[0].slice(5)), splitLine: { show: false } }),
      yAxis: [
        this.axis({ type: "value", min: 0, name: "%", nameTextStyle: { color: this.DIM, align: "right" } }),
        this.axis({ type: "value", min: 0, max: 100, name: T.mean, nameTextStyle: { color: this.DIM, align: "right" }, splitLine: { show: false } }),
      ],
      series: [
        line(T.complaint_rate, 3, this.BLUE, "solid", "circle"),
        line(T.violation_rate, 4, "#8a5a9e", "dashed", "rect"),
        { name: T.mean, type: "line", yAxisIndex: 1, symbol: "triangle", symbolSize: 7, lineStyle: { color: "#94a3b8", type: "dotted", width: 2 },
          itemStyle: { color: "#94a3b8" }, data: R.weeks.map((week) => week[2]) },
      ],
    });
  },

  /** The customer's feeling by turn, from -1 to 1; a click on a point leads to the turn. */
  mood(box, mood, turns) {
    if (!box || !mood.length) return;
    const color = (value) => (value < 0 ? this.BAD : value > 0 ? this.TEAL : this.DIM);
    const chart = this.make(box, {
      aria: { enabled: true },
      tooltip: { trigger: "item", confine: true, formatter: ({ value }) => `${fill(T.turn, { turn: value[0] })}: ${value[1]}` },
      grid: { left: 62, right: 10, top: 8, bottom: 20 },
      xAxis: this.axis({ type: "value", min: 1, max: Math.max(2, turns), minInterval: 1, splitLine: { show: false }, axisLine: { show: true, onZero: true, lineStyle: { color: "#cbd5e1" } } }),
      yAxis: this.axis({ type: "value", min: -1, max: 1, interval: 1, axisLabel: { color: this.DIM, formatter: (v) => (v > 0 ? T.positive : v < 0 ? T.negative : T.neutral) } }),
      series: [{ type: "line", symbolSize: 8, lineStyle: { color: "#94a3b8", width: 2 },
        data: mood.map(([turn, value]) => ({ value: [turn + 1, value], symbol: value < 0 ? "triangle" : "circle", symbolRotate: value < 0 ? 180 : 0, itemStyle: { color: color(value) } })) }],
    });
    chart.on("click", ({ value }) => ContactPage.goTo(value[0] - 1));
  },

  start() {
    const draws = [["chart-grades", "grades"], ["chart-weeks", "weeks"]];
    for (const [id, name] of draws) {
      const box = document.getElementById(id);
      if (box && box.clientWidth && !box.firstChild) this[name](box);
    }
  },

  /** Draw the charts of the overview before printing: from another page they have not been drawn yet. */
  paper() {
    const overview = document.querySelector("[data-page=overview]");
    if (document.body.dataset.view === "contact" || overview.clientWidth) return;
    overview.style.display = "block";
    this.start();
    overview.style.display = "";
  },

  /** Fit the charts to their boxes when the window changes. */
  fit() {
    this.made = this.made.filter((chart) => document.contains(chart.getDom()) || chart.dispose());
    for (const chart of this.made) if (chart.getDom().clientWidth) chart.resize();
  },
};
