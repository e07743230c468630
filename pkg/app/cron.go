package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cronField is one of the five fields of a schedule.
type cronField struct {
	name      string
	low, high int
	words     string // names that stand for low, low+1, ..., separated by spaces; months begin at 1
}

func cronFields() [5]cronField {
	return [5]cronField{
		{"minute", 0, 59, ""},
		{"hour", 0, 23, ""},
		{"day of month", 1, 31, ""},
		{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
		{"day of week", 0, 6, "SUN MON TUE WED THU FRI SAT"},
	}
}

// checkSchedule checks a schedule by the rules of the CronJob controller, and says which field is wrong.
func checkSchedule(schedule string) error {
	if strings.HasPrefix(schedule, "@") {
		return checkMacro(schedule)
	}
	if strings.HasPrefix(schedule, "TZ=") || strings.HasPrefix(schedule, "CRON_TZ=") {
		return fmt.Errorf("the time zone belongs in timeZone")
	}
	words := strings.Fields(schedule)
	fields := cronFields()
	if len(words) != len(fields) {
		return fmt.Errorf("it has %d fields; five are needed: minute, hour, day of month, month, day of week", len(words))
	}
	for i, word := range words {
		if err := fields[i].check(word); err != nil {
			return err
		}
	}
	return nil
}

func checkMacro(schedule string) error {
	switch schedule {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return nil
	}
	if every, found := strings.CutPrefix(schedule, "@every "); found {
		if d, err := time.ParseDuration(every); err == nil && d >= time.Second {
			return nil
		}
		return fmt.Errorf("%q is no time span such as 90m", every)
	}
	return fmt.Errorf("%q is not known; there are @hourly, @daily, @weekly, @monthly and @yearly", schedule)
}

func (f cronField) check(word string) error {
	for part := range strings.SplitSeq(word, ",") {
		span, step, stepped := strings.Cut(part, "/")
		if stepped {
			if n, err := strconv.ParseUint(step, 10, 31); err != nil || n == 0 {
				return fmt.Errorf("%s %q: after the / a whole number from 1 on is needed", f.name, part)
			}
		}
		if span == "*" || span == "?" {
			continue
		}
		from, to, ranged := strings.Cut(span, "-")
		low, err := f.number(from)
		if err != nil {
			return err
		}
		if !ranged {
			continue
		}
		high, err := f.number(to)
		if err != nil {
			return err
		}
		if low > high {
			return fmt.Errorf("%s %q: the range runs backwards", f.name, span)
		}
	}
	return nil
}

func (f cronField) number(word string) (int, error) {
	for i, name := range strings.Fields(f.words) {
		if strings.EqualFold(word, name) {
			return f.low + i, nil
		}
	}
	n, err := strconv.ParseUint(word, 10, 31)
	if err != nil || int(n) < f.low || int(n) > f.high {
		hint := ""
		if f.words != "" {
			hint = " or a name such as " + f.words[:3]
			if f.high == 6 && word == "7" {
				hint += " (Sunday is 0)"
			}
		}
		return 0, fmt.Errorf("%s %q: it must be from %d to %d%s", f.name, word, f.low, f.high, hint)
	}
	return int(n), nil
}
