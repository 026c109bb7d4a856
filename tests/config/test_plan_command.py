"""`tongban plan` reads the files of the city and needs neither database nor network."""

from click.testing import CliRunner

from tongban.config.commands.plan import plan


def test_the_table_stands_beside_what_was_published() -> None:
    told = CliRunner().invoke(plan, ["table"])
    assert told.exit_code == 0, told.output
    assert "小孩出生" in told.output and "22→2" in told.output and "-69%" in told.output


def test_a_plan_is_shown_with_its_reasons() -> None:
    told = CliRunner().invoke(plan, ["show", "birth", "--why"])
    assert told.exit_code == 0, told.output
    assert "就是“" in told.output and "要填:" in told.output


def test_an_event_that_is_not_there_is_told_with_those_that_are() -> None:
    told = CliRunner().invoke(plan, ["show", "moon"])
    assert told.exit_code == 1 and "birth" in told.output
